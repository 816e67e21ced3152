// The product as its user runs it: a process on a port of its own, on the embedded database or on a new PostgreSQL one.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { available } from './available.ts';
import { type Program, startProgram } from './program.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_MS = 60_000;
/** Grace, drain and close of an installation, with the drain time that is set here. */
const STOP_MS = 40_000;

export type DatabaseKind = 'embedded' | 'postgres';

/** The databases that this run can test on. */
export function databaseKinds(): DatabaseKind[] {
  return available().databaseUrl ? ['embedded', 'postgres'] : ['embedded'];
}

export type ProductOptions = {
  database: DatabaseKind;
  /** Serve pages too; they need a built console. */
  console?: boolean;
  env?: Record<string, string>;
  /** A database that others use too and that stays; else a new one, dropped at the end. */
  databaseUrl?: string;
};

export type Product = {
  url: string;
  /** Of the database that it runs on, for a look at the books beside it. */
  databaseUrl: string;
  pid(): number;
  output(): string;
  /** Ends it by SIGTERM and waits. */
  stop(): Promise<void>;
  /** Starts it again on the same data and port. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
};

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** An empty database on the PostgreSQL at hand. */
export async function newDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const base = available().databaseUrl;
  if (!base) throw new Error('no PostgreSQL is at hand');
  const name = `e2e_${randomBytes(6).toString('hex')}`;
  const run = async (statement: string) => {
    const client = new pg.Client({ connectionString: base });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await run(`create database ${name}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(`drop database if exists ${name} with (force)`) };
}

/** While the console starts, the listener answers with a page that says so; this waits until it is done. */
async function untilPages(url: string): Promise<void> {
  const endMs = Date.now() + START_MS;
  while (Date.now() < endMs) {
    const { status } = await fetch(url);
    if (status === 200) return;
    await sleep(100);
  }
  throw new Error('the console did not start');
}

/** Starts a new installation with an empty database. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const port = await freePort();
  const dataDir = mkdtempSync(join(tmpdir(), 'api-proxy-e2e-'));
  const ownDatabase = options.database === 'postgres' && options.databaseUrl === undefined;
  const database = ownDatabase ? await newDatabase() : undefined;
  const env = {
    ...process.env,
    NODE_ENV: 'development',
    HOSTNAME: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: dataDir,
    DATABASE_URL: options.databaseUrl ?? database?.url ?? '',
    REDIS_URL: '',
    ROLE: options.console ? 'all' : 'gateway',
    LOG_LEVEL: 'warn',
    DRAIN_TIMEOUT_S: '20',
    ...options.env,
  };
  const url = `http://127.0.0.1:${port}`;
  const launch = async () => {
    const program = await startProgram({
      file: process.execPath,
      args: [available().serverProgram],
      options: { cwd: ROOT, env },
      ready: new RegExp(`:${port}\\b`),
      stopSignal: 'SIGTERM',
      stopMs: STOP_MS,
      deadlineMs: START_MS,
    });
    if (options.console) await untilPages(url);
    return program;
  };
  let program: Program = await launch();
  const socket = encodeURIComponent(join(dataDir, 'socket'));
  return {
    url,
    databaseUrl: env.DATABASE_URL || `postgresql://postgres@localhost:5432/postgres?host=${socket}`,
    pid: () => program.pid,
    output: () => program.output(),
    stop: () => program.stop(),
    start: async () => {
      program = await launch();
    },
    remove: async () => {
      await program.stop();
      await database?.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
