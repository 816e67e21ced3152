// Reads the configuration snapshot from the database: channels, models, renames, prices, settings.
import type { Database } from '@api-proxy/db/database';
import type { channelKeys } from '@api-proxy/db/schema/channel-keys';
import type { channels } from '@api-proxy/db/schema/channels';
import type { models } from '@api-proxy/db/schema/models';
import type { prices } from '@api-proxy/db/schema/prices';
import {
  type Channel,
  type ChannelKey,
  DEFAULT_TIMEOUTS,
  type Model,
  type Price,
} from '@api-proxy/gateway/snapshot';
import type { Clock } from '@api-proxy/kit/clock';
import type { Logger } from '@api-proxy/kit/logger';
import type { Secret } from '@api-proxy/kit/secret';
import type { Protocol } from '@api-proxy/protocols/protocol';
import { readSettings } from '@api-proxy/services/settings/read-settings';
import type { Configuration, SnapshotReader } from '../snapshot.ts';
import { patienceOf, relaySettingsOf } from './relay-settings.ts';

export type SnapshotRowsOptions = {
  db: Database;
  /** Decrypts an upstream key. */
  open: (sealed: string) => Secret;
  clock: Clock;
  log: Logger;
};

type ChannelRow = typeof channels.$inferSelect;
type ChannelKeyRow = typeof channelKeys.$inferSelect;
type ModelRow = typeof models.$inferSelect;
type PriceRow = typeof prices.$inferSelect;

/** A reader of the tables that the console edits. */
export function snapshotRows(options: SnapshotRowsOptions): SnapshotReader {
  const { db } = options;
  const version = async () => (await db.query.configVersion.findFirst())?.version ?? 1;
  return {
    version,
    read: async () => {
      // First, so that a change made meanwhile has a higher number and is read again.
      const number = await version();
      // In the same order everywhere: what workers draw alike is drawn from the same list.
      const channelRows = await db.query.channels.findMany({
        where: (row, { isNull }) => isNull(row.deletedAt),
        orderBy: (row, { asc }) => asc(row.id),
      });
      const keyRows = await db.query.channelKeys.findMany({ orderBy: (row, { asc }) => asc(row.id) });
      const renameRows = await db.query.mappings.findMany();
      const modelRows = await db.query.models.findMany();
      const priceRows = await db.query.prices.findMany({
        where: (row, { gt, isNull, or }) =>
          or(isNull(row.withdrawnAt), gt(row.withdrawnAt, new Date(options.clock.nowMs()))),
      });
      const keysByChannel = Map.groupBy(keyRows, (row) => row.channelId);
      const renamesByChannel = Map.groupBy(renameRows, (row) => row.channelId);
      const settings = await readSettings(db, (setting) =>
        options.log.warn({ setting }, 'a stored setting is damaged; its initial value holds'),
      );
      return {
        version: number,
        settings: relaySettingsOf(settings),
        patience: patienceOf(settings),
        timeZone: settings.timeZone,
        channels: channelRows.map((row) => ({
          ...channelOf(row),
          keys: (keysByChannel.get(row.id) ?? []).flatMap((key) => channelKeyOf(key, options)),
          modelRenames: Object.fromEntries(
            (renamesByChannel.get(row.id) ?? []).map((rename) => [rename.model, rename.upstreamModel]),
          ),
        })),
        models: new Map(modelRows.map((row) => [row.name, modelOf(row)])),
        prices: pricesByModel(priceRows),
      } satisfies Configuration;
    },
  };
}

function channelOf(row: ChannelRow): Omit<Channel, 'keys' | 'modelRenames'> {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    baseUrl: row.baseUrl,
    models: row.models,
    protocols: spokenProtocols(row),
    weight: row.weight,
    priority: row.priority,
    maxConcurrency: row.maxConcurrency,
    enabled: row.enabled,
    extraHeaders: Object.fromEntries(
      Object.entries(row.extraHeaders).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    connectTimeoutMs: row.connectTimeoutMs ?? DEFAULT_TIMEOUTS.connectTimeoutMs,
    firstByteTimeoutMs: row.firstByteTimeoutMs ?? DEFAULT_TIMEOUTS.firstByteTimeoutMs,
    idleTimeoutMs: row.idleTimeoutMs ?? DEFAULT_TIMEOUTS.idleTimeoutMs,
    proxyUrl: row.proxyUrl,
    http2: row.http2,
    onClientGone: row.onClientGone,
  };
}

const SPOKEN: Readonly<Record<ChannelRow['speaks'], readonly Protocol[]>> = {
  auto: ['openai-chat', 'openai-responses', 'openai-embeddings'],
  both: ['openai-chat', 'openai-responses', 'openai-embeddings'],
  chat: ['openai-chat', 'openai-embeddings'],
  responses: ['openai-responses', 'openai-embeddings'],
};

/** The dialects of a channel. `auto` offers all of its family: an upstream that lacks one answers 404, and the next is tried. */
export function spokenProtocols({ type, speaks }: Pick<ChannelRow, 'type' | 'speaks'>): readonly Protocol[] {
  return type === 'claude' ? ['anthropic-messages'] : SPOKEN[speaks];
}

/** None when it can't be decrypted: the other keys and channels go on working. */
function channelKeyOf(row: ChannelKeyRow, { open, log }: SnapshotRowsOptions): ChannelKey[] {
  try {
    return [{ id: row.id, secret: open(row.encryptedSecret), enabled: row.status === 'active' }];
  } catch (thrown) {
    log.error({ err: thrown, channelKeyId: row.id }, "an upstream key can't be decrypted and is left out");
    return [];
  }
}

function modelOf(row: ModelRow): Model {
  return {
    id: row.id,
    name: row.name,
    provider: row.provider,
    displayName: row.displayName,
    enabled: row.enabled,
    visible: row.visible,
    upstreamModel: row.upstreamModel,
    maxOutputTokens: row.maxOutputTokens,
    contextLength: row.contextLength,
    createdAtMs: row.createdAt.getTime(),
  };
}

function pricesByModel(rows: readonly PriceRow[]): ReadonlyMap<string, readonly Price[]> {
  const grouped = Map.groupBy(rows, (row) => row.model);
  return new Map([...grouped].map(([model, versions]) => [model, versions.map(priceOf)]));
}

function priceOf(row: PriceRow): Price {
  const rates = {
    inputNanoPerMTok: row.input,
    outputNanoPerMTok: row.output,
    cacheReadNanoPerMTok: row.cacheRead,
    cacheWrite5mNanoPerMTok: row.cacheWrite5m,
    cacheWrite1hNanoPerMTok: row.cacheWrite1h,
  };
  return {
    ...rates,
    id: row.id,
    channelId: row.channelId,
    effectiveFromMs: row.effectiveFrom.getTime(),
    longContext:
      row.longContextThreshold === null
        ? null
        : {
            thresholdTokens: row.longContextThreshold,
            // A rate that the tier doesn't name is the ordinary one.
            inputNanoPerMTok: row.longInput ?? row.input,
            outputNanoPerMTok: row.longOutput ?? row.output,
            cacheReadNanoPerMTok: row.longCacheRead ?? row.cacheRead,
            cacheWrite5mNanoPerMTok: row.longCacheWrite5m ?? row.cacheWrite5m,
            cacheWrite1hNanoPerMTok: row.longCacheWrite1h ?? row.cacheWrite1h,
          },
  };
}
