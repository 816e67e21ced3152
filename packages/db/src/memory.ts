// A migrated database in this process's memory, for tests: PGlite without a socket.
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import * as schema from './schema/all.ts';

export type MemoryDatabase = { db: Database; close(): Promise<void> };

/** Starts empty, with the whole schema and today's partitions in place. */
export async function openMemoryDatabase(): Promise<MemoryDatabase> {
  const engine = await PGlite.create();
  const db: Database = drizzle(engine, { schema, casing: 'snake_case' });
  await migrate(db);
  return { db, close: () => engine.close() };
}
