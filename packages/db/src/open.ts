// Opens a pool on a PostgreSQL URL (a server, or the embedded PGlite behind its socket).
import { Socket } from 'node:net';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Database } from './database.ts';
import * as schema from './schema/all.ts';

export type OpenOptions = {
  url: string;
  /** Connections at most. */
  poolSize: number;
  applicationName: string;
  /** Silence on a connection after which it is given up, whatever runs on it; default 60 s. */
  silenceMs?: number;
  /** Called when a connection breaks while no statement waits for it; the pool replaces it by itself. */
  onIdleError?: (error: Error) => void;
};

export type OpenedDatabase = { db: Database; pool: pg.Pool; close(): Promise<void> };

const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 30_000;
const SILENCE_MS = 60_000;

/**
 * A socket that breaks when the other end says nothing for so long. A statement's own deadline (`query_timeout`) would
 * leave the connection in the pool with its answer still to come; a server that hangs must cost the connection.
 */
function socketWithDeadline(silenceMs: number): Socket {
  const socket = new Socket();
  socket.setTimeout(silenceMs, () => {
    socket.destroy(new Error(`the database said nothing for ${silenceMs} ms`));
  });
  return socket;
}

/**
 * A connection that ends while somebody has it goes back by itself. Drizzle sends `begin` before the block that releases:
 * when just that fails, a pool of one connection would be empty for good.
 */
function returnWhenItEnds(client: pg.PoolClient): void {
  const release = client.release.bind(client);
  let returned = false;
  const giveBack = (error?: Error | boolean): void => {
    if (returned) return;
    returned = true;
    client.off('end', ended);
    release(error);
  };
  const ended = (): void => giveBack(true);
  client.once('end', ended);
  client.release = giveBack;
}

/** Opens lazily: the first query connects. `close` waits for queries under way. */
export function openDatabase(options: OpenOptions): OpenedDatabase {
  const silenceMs = options.silenceMs ?? SILENCE_MS;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // An idle connection is silent too: it is closed in order, long before its silence would count as a fault.
    idleTimeoutMillis: Math.min(IDLE_TIMEOUT_MS, silenceMs / 2),
    keepAlive: true,
    stream: () => socketWithDeadline(silenceMs),
  });
  // A connection that breaks between two statements of a transaction tells nobody else; unheard, it would end the process.
  pool.on('connect', (client) => client.on('error', (error) => options.onIdleError?.(error)));
  pool.on('error', (error) => options.onIdleError?.(error));
  // The pool sets `release` right after it says this, and before anybody has the connection.
  pool.on('acquire', (client) => queueMicrotask(() => returnWhenItEnds(client)));
  return { db: drizzle(pool, { schema, casing: 'snake_case' }), pool, close: () => pool.end() };
}
