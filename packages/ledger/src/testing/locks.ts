// Locks as a booking takes them, held while something else is tried; for databases with more than one session.
import type { Database } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { sql } from 'drizzle-orm';

/** Locks the key's budgets by id, runs `meanwhile`, then touches the key: the order of `bookBatch`. */
export async function bookBeside(db: Database, keyId: string, meanwhile: () => Promise<void>): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`select id from budgets where owner_id = ${keyId} order by id for no key update`);
    await meanwhile();
    await tx.execute(sql`update keys set last_used_at = now() where id = ${keyId}`);
  });
}

/** Sessions of this database that wait for another one's lock. */
export async function sessionsWaiting(watcher: Database): Promise<number> {
  const [row] = rowsOf<{ waiting: string }>(
    await watcher.execute(sql`select count(*)::text as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`),
  );
  return Number(row?.waiting);
}
