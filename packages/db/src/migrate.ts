// Applies the generated migrations, each once, in order, alone: an advisory lock keeps two starters apart.
import { createRequire } from 'node:module';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { Database, Transaction } from './database.ts';
import { ensureComingPartitions } from './partitions.ts';
import { rowsOf } from './rows.ts';

// Found through the package, because in production this file is part of a bundle elsewhere.
const JOURNAL = createRequire(import.meta.url).resolve('@api-proxy/db/migrations/meta/_journal.json');
const MIGRATIONS_FOLDER = path.join(JOURNAL, '..', '..');
/** An arbitrary constant that only this product's migrations lock. */
const LOCK = 7_273_001;
const LOCK_TIMEOUT = '60s';

export type MigrationState = {
  /** Number of migrations that this program has. */
  head: number;
  /** Number that the database has applied. */
  applied: number;
};

type Migration = ReturnType<typeof readMigrationFiles>[number];

function migrations(): Migration[] {
  return readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER });
}

/** The hash of each migration of this program, in order. */
export function migrationHashes(): string[] {
  return migrations().map(({ hash }) => hash);
}

async function appliedHashes(db: Database): Promise<string[]> {
  const exists = rowsOf<{ found: boolean }>(
    await db.execute(sql`select to_regclass('schema_migrations') is not null as found`),
  )[0]?.found;
  if (!exists) return [];
  return rowsOf<{ hash: string }>(
    await db.execute(sql`select hash from schema_migrations order by version`),
  ).map((row) => row.hash);
}

async function apply(tx: Transaction, migration: Migration, version: number): Promise<void> {
  for (const statement of migration.sql) {
    if (statement.trim()) await tx.execute(sql.raw(statement));
  }
  await tx.execute(sql`insert into schema_migrations (version, hash) values (${version}, ${migration.hash})`);
}

/**
 * Brings the database to this program's schema in one transaction and makes the coming days' partitions.
 * @returns how many migrations were applied now.
 * @throws when an applied migration differs from this program's (a database of another product or branch),
 *   when the lock is not had within a minute, or when a statement fails (nothing is applied then).
 */
export async function migrate(db: Database): Promise<number> {
  const known = migrations();
  const count = await db.transaction(async (tx) => {
    await tx.execute(sql.raw(`set local lock_timeout = '${LOCK_TIMEOUT}'`));
    await tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`);
    await tx.execute(
      sql`create table if not exists schema_migrations (
        version integer primary key, hash text not null, applied_at timestamptz not null default now())`,
    );
    const applied = await appliedHashes(tx);
    applied.forEach((hash, index) => {
      const ours = known[index];
      if (ours && ours.hash !== hash) {
        throw new Error(`migration ${index + 1} in the database is not the one this program knows`);
      }
    });
    const missing = known.slice(applied.length);
    for (const [index, migration] of missing.entries())
      await apply(tx, migration, applied.length + index + 1);
    return missing.length;
  });
  await ensureComingPartitions(db, Date.now());
  return count;
}

/** How far the database is; `applied` above `head` means that a newer program has migrated it. */
export async function migrationState(db: Database): Promise<MigrationState> {
  return { head: migrations().length, applied: (await appliedHashes(db)).length };
}
