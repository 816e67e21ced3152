// Transactions that load rows by COPY: what the one writer of very many rows uses on a PostgreSQL server.
import { finished } from 'node:stream/promises';
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Transaction } from './database.ts';
import * as schema from './schema/all.ts';

/**
 * Sends `lines` to a `copy … from stdin` statement; rows in PostgreSQL's text format.
 * https://www.postgresql.org/docs/current/sql-copy.html
 * @throws what the server refuses: unlike `insert`, COPY knows no `on conflict`.
 */
export type CopyIn = (statement: string, lines: Buffer) => Promise<void>;

/** Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. */
export type BulkTransaction = <Result>(
  work: (tx: Transaction, copyIn: CopyIn) => Promise<Result>,
) => Promise<Result>;

function copyInOf(client: pg.PoolClient): CopyIn {
  return async (statement, lines) => {
    const stream = client.query(copyFrom(statement));
    stream.end(lines);
    await finished(stream);
  };
}

/** Not for the embedded database: PGlite takes no COPY through its socket. */
export function bulkTransactions(pool: pg.Pool): BulkTransaction {
  return async (work) => {
    const client = await pool.connect();
    try {
      const db = drizzle(client, { schema, casing: 'snake_case' });
      return await db.transaction((tx) => work(tx, copyInOf(client)));
    } finally {
      client.release();
    }
  };
}
