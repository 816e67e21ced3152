// Which channel keys a scheduled check is due for: at most one per channel, and none that a person took out of use.
import type { Database } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@api-proxy/kit/duration';
import { sql } from 'drizzle-orm';

/** A key of an enabled channel that no person disabled; times in epoch milliseconds. */
export type CheckableKey = {
  readonly channelId: string;
  readonly channelKeyId: string;
  /** When it was rejected; null: it is active. */
  readonly rejectedAtMs: number | null;
  /** The channel's; null: it has no schedule, and only rejected keys are looked at. */
  readonly intervalMs: number | null;
  /** Its last scheduled check. */
  readonly checkedAtMs: number | null;
};

export type DueInput = {
  readonly nowMs: number;
  /** Whether a key pauses now. */
  readonly pauses: (channelKeyId: string) => boolean;
};

/** A rejected key is looked at again after a minute, then after as long as it has been out of use, up to an hour. */
const SOONEST_REVISIT_MS = MINUTE_MS;
const LATEST_REVISIT_MS = HOUR_MS;
/** Intervals vary by this much, so that many channels don't fall into step. */
const JITTER = 0.1;

type Row = {
  channel_id: string;
  id: string;
  rejected_at: number | null;
  interval_s: number | null;
  checked_at: number | null;
};

export async function checkableKeys(db: Database): Promise<CheckableKey[]> {
  // The last check of a key stands near the end of the channel's tests: keys take turns.
  const rows = rowsOf<Row>(
    await db.execute(sql`
      select keys.channel_id, keys.id,
        case when keys.status = 'rejected'
          then extract(epoch from coalesce(keys.status_changed_at, keys.created_at))::float8 * 1000 end as rejected_at,
        case when channels.health_model is not null then channels.health_interval_s end as interval_s,
        extract(epoch from last.created_at)::float8 * 1000 as checked_at
      from channel_keys keys
      join channels on channels.id = keys.channel_id
      left join lateral (
        select tests.created_at from channel_tests tests
        where tests.channel_id = keys.channel_id and tests.channel_key_id = keys.id and tests.kind = 'scheduled'
        order by tests.created_at desc limit 1
      ) last on true
      where channels.deleted_at is null and channels.enabled and keys.status <> 'disabled'
        and (keys.status = 'rejected' or (channels.health_model is not null and channels.health_interval_s is not null))
      order by keys.id`),
  );
  return rows.map((row) => ({
    channelId: row.channel_id,
    channelKeyId: row.id,
    rejectedAtMs: row.rejected_at,
    intervalMs: row.interval_s === null ? null : row.interval_s * SECOND_MS,
    checkedAtMs: row.checked_at,
  }));
}

/** Pure: one key at most of each channel. */
export function dueKeys(keys: readonly CheckableKey[], input: DueInput): CheckableKey[] {
  const byChannel = Map.groupBy(keys, ({ channelId }) => channelId);
  return [...byChannel.values()].flatMap((ofChannel) => {
    const due = dueRejected(ofChannel, input) ?? dueActive(ofChannel, input);
    return due ? [due] : [];
  });
}

function dueRejected(keys: readonly CheckableKey[], { nowMs }: DueInput): CheckableKey | undefined {
  return keys.find(({ channelKeyId, rejectedAtMs, checkedAtMs }) => {
    if (rejectedAtMs === null) return false;
    const lookedAtMs = Math.max(rejectedAtMs, checkedAtMs ?? 0);
    const waitMs = Math.min(Math.max(lookedAtMs - rejectedAtMs, SOONEST_REVISIT_MS), LATEST_REVISIT_MS);
    return nowMs >= lookedAtMs + waitMs * jitter(channelKeyId, lookedAtMs);
  });
}

/** The channel's interval has passed: a pausing key first, as it gains most, then the one checked longest ago. */
function dueActive(keys: readonly CheckableKey[], { nowMs, pauses }: DueInput): CheckableKey | undefined {
  const active = keys.filter(({ rejectedAtMs }) => rejectedAtMs === null);
  const [one] = active;
  if (!one || one.intervalMs === null) return undefined;
  const lastMs = Math.max(...active.map(({ checkedAtMs }) => checkedAtMs ?? 0));
  if (nowMs < lastMs + one.intervalMs * jitter(one.channelId, lastMs)) return undefined;
  const longestAgo = active.toSorted((a, b) => (a.checkedAtMs ?? 0) - (b.checkedAtMs ?? 0));
  return longestAgo.find(({ channelKeyId }) => pauses(channelKeyId)) ?? longestAgo[0];
}

/** From 0.9 to 1.1; the same for the same check, so that looking often does not make it come sooner. */
function jitter(id: string, lastMs: number): number {
  let hash = 2_166_136_261;
  for (const character of `${id} ${lastMs}`)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return 1 - JITTER + (hash / 2 ** 32) * 2 * JITTER;
}
