// Day partitions of the request log and its bodies: made ahead, dropped whole when their time is over.
import { sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { rowsOf } from './rows.ts';

const DAY_MS = 86_400_000;
const PARTITIONED = ['request_log', 'request_bodies'] as const;
const DAYS_AHEAD = 7;

export type PartitionedTable = (typeof PARTITIONED)[number];

function dayText(dayMs: number): string {
  return new Date(dayMs).toISOString().slice(0, 10);
}

function partitionName(table: PartitionedTable, dayMs: number): string {
  return `${table}_${dayText(dayMs).replaceAll('-', '')}`;
}

function floorToDay(timeMs: number): number {
  return timeMs - (((timeMs % DAY_MS) + DAY_MS) % DAY_MS);
}

/** Makes the partition of every UTC day from `fromMs` to `toMs`, both included; those that exist are left alone. */
export async function ensurePartitions(db: Database, fromMs: number, toMs: number): Promise<void> {
  for (let day = floorToDay(fromMs); day <= toMs; day += DAY_MS) {
    for (const table of PARTITIONED) {
      const bounds = `from ('${dayText(day)}T00:00:00Z') to ('${dayText(day + DAY_MS)}T00:00:00Z')`;
      await db.execute(
        sql.raw(
          `create table if not exists "${partitionName(table, day)}" partition of "${table}" for values ${bounds}`,
        ),
      );
    }
  }
}

/** Makes yesterday's partition and a week of days to come. */
export function ensureComingPartitions(db: Database, nowMs: number): Promise<void> {
  return ensurePartitions(db, nowMs - DAY_MS, nowMs + DAYS_AHEAD * DAY_MS);
}

/** Drops the partitions of `table` whose whole day lies before `beforeMs`; gives their names. */
export async function dropPartitionsBefore(
  db: Database,
  table: PartitionedTable,
  beforeMs: number,
): Promise<string[]> {
  const limit = partitionName(table, floorToDay(beforeMs));
  const found = rowsOf<{ name: string }>(
    await db.execute(sql`
      select child.relname as name from pg_inherits
      join pg_class child on child.oid = pg_inherits.inhrelid
      join pg_class parent on parent.oid = pg_inherits.inhparent
      where parent.relname = ${table} and child.relname < ${limit}
      order by child.relname`),
  );
  for (const { name } of found) await db.execute(sql.raw(`drop table "${name}"`));
  return found.map(({ name }) => name);
}
