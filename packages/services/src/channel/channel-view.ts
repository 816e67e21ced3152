// Channels with keys, renames and live state, in the shape of the contract. Secrets stay where they are.
import type { Channel, KeptTest, KeyComplaint } from '@api-proxy/contracts/channels';
import type { Database } from '@api-proxy/db/database';
import { channelKeys } from '@api-proxy/db/schema/channel-keys';
import { channels } from '@api-proxy/db/schema/channels';
import { mappings } from '@api-proxy/db/schema/mappings';
import { and, asc, desc, eq, inArray, isNull, type SQL } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { notFound } from '../failure.ts';
import { type ChannelStats, channelStats, NO_STATS } from './channel-stats.ts';
import { lastTests } from './test-rows.ts';

export type ChannelRow = typeof channels.$inferSelect;
export type ChannelKeyRow = typeof channelKeys.$inferSelect;

/** Everything stored about a channel. */
export type StoredChannel = { row: ChannelRow; keys: ChannelKeyRow[]; renames: Record<string, string> };

/** Channels that are not deleted, the highest tier first. */
export async function loadChannels(db: Database, where?: SQL): Promise<StoredChannel[]> {
  const rows = await db
    .select()
    .from(channels)
    .where(and(isNull(channels.deletedAt), where))
    .orderBy(desc(channels.priority), asc(channels.name));
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const [keyRows, renameRows] = [
    await db.select().from(channelKeys).where(inArray(channelKeys.channelId, ids)).orderBy(channelKeys.id),
    await db.select().from(mappings).where(inArray(mappings.channelId, ids)).orderBy(mappings.model),
  ];
  return rows.map((row) => ({
    row,
    keys: keyRows.filter(({ channelId }) => channelId === row.id),
    renames: Object.fromEntries(
      renameRows
        .filter(({ channelId }) => channelId === row.id)
        .map((rule) => [rule.model, rule.upstreamModel]),
    ),
  }));
}

/** @throws AppError `not_found`. */
export async function loadChannel(db: Database, channelId: string): Promise<StoredChannel> {
  const [stored] = await loadChannels(db, eq(channels.id, channelId));
  if (!stored) throw notFound('channel');
  return stored;
}

function isoOrNull(timeMs: number | null, nowMs: number): string | null {
  return timeMs !== null && timeMs > nowMs ? new Date(timeMs).toISOString() : null;
}

function liveOf(context: Context, { row, keys }: StoredChannel, stats: ChannelStats): Channel['live'] {
  const now = context.channelLive.of(row.id);
  const coolingUntil = isoOrNull(now.coolingUntilMs, context.clock.nowMs());
  const usable = row.enabled && keys.some(({ status }) => status === 'active');
  const state = !usable ? 'disabled' : now.breakerOpen ? 'open' : coolingUntil ? 'cooling' : 'healthy';
  const rejected = keys.find(({ status }) => status === 'rejected');
  return {
    state,
    coolingUntil,
    reason: now.reason ?? (rejected && !complaintOf(rejected) ? rejected.statusReason : null),
    inFlight: now.inFlight,
    ...stats,
  };
}

function fieldsOf(row: ChannelRow) {
  const { deletedAt: _deletedAt, createdAt, updatedAt, ...fields } = row;
  return { ...fields, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}

/** As `key-state.ts` wrote it down; other reasons are free texts. */
function complaintOf({ statusReason, statusChangedAt }: ChannelKeyRow): KeyComplaint | null {
  const match = /^(key_rejected|quota_exhausted)(?: (\d{3}))?$/.exec(statusReason ?? '');
  if (!match || !statusChangedAt) return null;
  const kind = match[1] === 'key_rejected' ? 'key_rejected' : 'quota_exhausted';
  return { kind, status: match[2] ? Number(match[2]) : null, at: statusChangedAt.toISOString() };
}

type Seen = { readonly stats: ChannelStats; readonly lastTest: KeptTest | null };

export function channelOf(context: Context, stored: StoredChannel, { stats, lastTest }: Seen): Channel {
  return {
    ...fieldsOf(stored.row),
    renames: stored.renames,
    keys: stored.keys.map((key) => ({
      id: key.id,
      lastFour: key.lastFour,
      status: key.status,
      statusReason: key.statusReason,
      complaint: complaintOf(key),
      coolingUntil: isoOrNull(context.channelLive.keyCoolingUntilMs(key.id), context.clock.nowMs()),
    })),
    lastTest,
    live: liveOf(context, stored, stats),
  };
}

/** Completes stored channels by the numbers of the last 24 hours and their last tests. */
export async function channelsOf(context: Context, stored: readonly StoredChannel[]): Promise<Channel[]> {
  const stats = await channelStats(context.db, context.clock.nowMs());
  const tests = await lastTests(
    context.db,
    stored.map(({ row }) => row.id),
  );
  return stored.map((channel) => {
    const { id } = channel.row;
    const lastTest = tests.get(id) ?? null;
    return channelOf(context, channel, { stats: stats.get(id) ?? NO_STATS, lastTest });
  });
}

/** One channel as stored now. */
export async function channelNow(context: Context, channelId: string): Promise<Channel> {
  const [channel] = await channelsOf(context, [await loadChannel(context.db, channelId)]);
  if (!channel) throw notFound('channel');
  return channel;
}

function withoutCredentials(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return url;
  const shown = new URL(url);
  if (shown.username || shown.password) {
    shown.username = 'hidden';
    shown.password = '';
  }
  return shown.href;
}

/** The part of a channel that audit entries keep: header values, proxy passwords and keys are left out. */
export function channelAudit({ row, keys, renames }: StoredChannel) {
  const { extraHeaders, createdAt: _created, updatedAt: _updated, deletedAt: _deleted, ...rest } = row;
  return {
    ...rest,
    baseUrl: withoutCredentials(row.baseUrl),
    proxyUrl: withoutCredentials(row.proxyUrl),
    extraHeaders: Object.keys(extraHeaders),
    renames,
    keys: keys.map(({ id, lastFour, status }) => ({ id, lastFour, status })),
  };
}
