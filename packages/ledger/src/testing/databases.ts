// The databases that this package's tests run on: PGlite in memory always, PostgreSQL when a server is named.
import { type BulkTransaction, bulkTransactions } from '@api-proxy/db/bulk';
import type { Database } from '@api-proxy/db/database';
import { openMemoryDatabase } from '@api-proxy/db/memory';
import { migrate } from '@api-proxy/db/migrate';
import { openDatabase } from '@api-proxy/db/open';
import { randomText } from '@api-proxy/kit/id';
import { sql } from 'drizzle-orm';

export type TestDatabase = {
  readonly db: Database;
  /** Where a settlement is to load by COPY. */
  readonly bulk: BulkTransaction | undefined;
  /** For other processes; undefined in memory. */
  readonly url: string | undefined;
  /** Another pool on the same database, as a second process would have it; the same handle in memory. */
  another(): Database;
  close(): Promise<void>;
};

export type TestPlace = { readonly name: string; open(): Promise<TestDatabase> };

const TABLES = [
  'request_log',
  'route_plans',
  'ledger_entries',
  'budget_leases',
  'budgets',
  'usage_by_minute',
  'usage_by_hour',
  'keys',
  'users',
  'workers',
];

async function openMemory(): Promise<TestDatabase> {
  const { db, close } = await openMemoryDatabase();
  return { db, bulk: undefined, url: undefined, another: () => db, close };
}

async function openServer(serverUrl: string, copies: boolean): Promise<TestDatabase> {
  const name = `ledger_${randomText(10)}`;
  const url = new URL(serverUrl);
  const admin = openDatabase({ url: url.href, poolSize: 1, applicationName: 'ledger tests' });
  await admin.db.execute(sql.raw(`create database ${name}`));
  url.pathname = `/${name}`;
  const options = { url: url.href, poolSize: 5, applicationName: 'ledger tests' };
  const opened = [openDatabase(options)];
  const [first] = opened;
  if (!first) throw new Error('unreachable: one was opened');
  await migrate(first.db);
  return {
    db: first.db,
    bulk: copies ? bulkTransactions(first.pool) : undefined,
    url: url.href,
    another: () => {
      const more = openDatabase(options);
      opened.push(more);
      return more.db;
    },
    close: async () => {
      await Promise.all(opened.map((database) => database.close()));
      await admin.db.execute(sql.raw(`drop database ${name} with (force)`));
      await admin.close();
    },
  };
}

/** Places to run a suite in. @param serverUrl a PostgreSQL server in which databases may be made. */
export function testPlaces(serverUrl: string | undefined): TestPlace[] {
  const memory: TestPlace = { name: 'PGlite', open: openMemory };
  return serverUrl ? [memory, { name: 'PostgreSQL', open: () => openServer(serverUrl, false) }] : [memory];
}

/** The same, and PostgreSQL once more for a settlement that loads by COPY. */
export function bookingPlaces(serverUrl: string | undefined): TestPlace[] {
  const places = testPlaces(serverUrl);
  if (serverUrl) places.push({ name: 'PostgreSQL by COPY', open: () => openServer(serverUrl, true) });
  return places;
}

/** Empties every table that these tests write. */
export async function emptyTables(db: Database): Promise<void> {
  await db.execute(sql.raw(`truncate ${TABLES.join(', ')} cascade`));
}
