// Opens a pool on a PostgreSQL URL (a server, or the embedded PGlite behind its socket).
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Database } from './database.ts';
import * as schema from './schema/all.ts';

export type OpenOptions = {
  url: string;
  /** Connections at most. */
  poolSize: number;
  applicationName: string;
  /** Called when an idle connection breaks; the pool replaces it by itself. */
  onIdleError?: (error: Error) => void;
};

export type OpenedDatabase = { db: Database; pool: pg.Pool; close(): Promise<void> };

const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 30_000;

/** Opens lazily: the first query connects. `close` waits for queries under way. */
export function openDatabase(options: OpenOptions): OpenedDatabase {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    keepAlive: true,
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  return { db: drizzle(pool, { schema, casing: 'snake_case' }), pool, close: () => pool.end() };
}
