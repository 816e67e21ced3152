// Starts the parts of an installation in order, keeps them running, and stops them in the reverse order.
import { createServer } from 'node:net';
import path from 'node:path';
import { SECOND_MS } from '@api-proxy/kit/duration';
import type { Logger } from '@api-proxy/kit/logger';
import type { Secret } from '@api-proxy/kit/secret';
import type { SupervisedChild } from './child.ts';
import type { Neighbour, WorkerSettings } from './child-messages.ts';
import type { Config } from './config.ts';
import { requireBuiltConsole, startConsole } from './console-process.ts';
import { generatedSecret, lockFile, prepareDataDir } from './data-dir.ts';
import { startEmbeddedDatabase } from './embedded-process.ts';
import { portProblem } from './port-problem.ts';
import { startReader } from './reader-process.ts';
import { bringSchemaToHead } from './schema-head.ts';
import { type WorkerFleet, workerFleet } from './worker-fleet.ts';

const WORKER_CLOSE_MS = 30 * SECOND_MS;
/** A restarted instance may find the last one in its final moments. */
const LOCK_WAIT_MS = 10 * SECOND_MS;

export type SupervisorOptions = { config: Config; development: boolean; log: Logger };

export type Installation = {
  mode: 'embedded' | 'distributed';
  schema: number;
  /** Port that is served (the configured one, or the one found for port 0). */
  port: number;
  /** Address for people, without a trailing slash. */
  url: string;
  /** Of the database in use, for the `pg` driver. */
  databaseUrl: Secret;
  /** Children by name, for tests and diagnosis. */
  children: {
    workers: readonly SupervisedChild[];
    console: SupervisedChild | undefined;
    reader: SupervisedChild | undefined;
    database: SupervisedChild | undefined;
  };
  /** Drains and stops everything; `graceMs` more of new requests first. */
  stop(graceMs: number): Promise<void>;
  /** Ends the serving processes at once; the embedded database still writes its pages. */
  kill(): void;
};

type Undo = () => Promise<void> | void;

/** @throws AppError with a message for people when something essential is missing; nothing is left running then. */
export async function startInstallation(options: SupervisorOptions): Promise<Installation> {
  const undo: Undo[] = [];
  const undoAll = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await boot(options, undo, undoAll);
  } catch (thrown) {
    await undoAll();
    throw thrown;
  }
}

async function boot(options: SupervisorOptions, undo: Undo[], undoAll: Undo): Promise<Installation> {
  const { config, development, log } = options;
  const servesPages = config.role !== 'gateway';
  if (servesPages && !development) requireBuiltConsole();
  await requireFreePort(config);
  prepareDataDir(config.dataDir);
  const lock = await lockFile(path.join(config.dataDir, 'server.lock'), LOCK_WAIT_MS);
  undo.push(lock.release);
  const database = await openedDatabase(options, undo);
  const schema = await bringSchemaToHead(database.url);
  const settings = workerSettings(options, database.url);
  const fleet = workerFleet(settings, log);
  undo.push(() => fleet.drain(0, WORKER_CLOSE_MS));
  await fleet.start();
  const port = fleet.port();
  const pages = servesPages ? await startPages({ options, settings, fleet, undo }) : undefined;
  const drainMs = config.drainTimeoutMs + WORKER_CLOSE_MS;
  return {
    mode: database.child ? 'embedded' : 'distributed',
    schema,
    port,
    url: config.publicUrl ?? `http://localhost:${port}`,
    databaseUrl: database.url,
    children: {
      workers: fleet.children,
      console: pages?.console.child,
      reader: pages?.reader.child,
      database: database.child,
    },
    stop: async (graceMs) => {
      await fleet.drain(graceMs, graceMs + drainMs);
      await pages?.console.stop();
      await undoAll();
    },
    kill: () => {
      fleet.kill();
      pages?.console.child.kill();
      pages?.reader.child.kill();
      lock.release();
    },
  };
}

type PagesOptions = {
  options: SupervisorOptions;
  settings: WorkerSettings;
  fleet: WorkerFleet;
  undo: Undo[];
};

/** What pages need beside the workers: the console, and who answers most of its questions. */
async function startPages({ options, settings, fleet, undo }: PagesOptions) {
  const { config, development, log } = options;
  const moved = (who: Neighbour) => (port: number | null) => fleet.tellMove(who, port);
  const reader = startReader({ settings, log, onMove: moved('reader') });
  undo.push(reader.stop);
  const console = await startConsole({
    ...{ development, log },
    apiUrl: apiUrl(config, fleet.port()),
    onMove: moved('console'),
  });
  return { console, reader };
}

async function openedDatabase(
  { config, log }: SupervisorOptions,
  undo: Undo[],
): Promise<{ url: Secret; child: SupervisedChild | undefined }> {
  if (config.databaseUrl) return { url: config.databaseUrl, child: undefined };
  const embedded = await startEmbeddedDatabase({ dataDir: config.dataDir, log });
  undo.push(embedded.stop);
  return { url: embedded.url, child: embedded.child };
}

function workerSettings({ config, development }: SupervisorOptions, databaseUrl: Secret): WorkerSettings {
  const { appSecret, emailVerifySecret } = config;
  return {
    production: config.production,
    development,
    embedded: config.databaseUrl === undefined,
    role: config.role,
    workers: config.workers,
    port: config.port,
    hostname: config.hostname,
    dataDir: config.dataDir,
    databaseUrl,
    databasePoolSize: config.databasePoolSize,
    redisUrl: config.redisUrl,
    appSecret: appSecret ?? generatedSecret(config.dataDir, 'app-secret'),
    emailVerifySecret: emailVerifySecret ?? generatedSecret(config.dataDir, 'email-verify-secret'),
    publicUrl: config.publicUrl,
    trustedProxyHops: config.trustedProxyHops,
    outboundAllow: [...config.outboundAllow],
    upstreamConnections: config.upstreamConnections,
    drainTimeoutMs: config.drainTimeoutMs,
    journalCapBytes: config.journalCapBytes,
    journalFsync: config.journalFsync,
    logLevel: config.logLevel,
  };
}

/** The console reaches the API where the worker listens: loopback, unless it listens on one other address only. */
function apiUrl(config: Config, port: number): string {
  const everywhere = ['0.0.0.0', '::', 'localhost', '127.0.0.1'].includes(config.hostname);
  if (everywhere) return `http://127.0.0.1:${port}`;
  return `http://${config.hostname.includes(':') ? `[${config.hostname}]` : config.hostname}:${port}`;
}

/** Says what is wrong with the address before anything slow is started. @throws AppError `port_unusable`. */
async function requireFreePort({ port, hostname }: Config): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  const error = await new Promise<unknown>((resolve) => {
    probe.once('error', resolve);
    probe.listen({ port, host: hostname, exclusive: true }, () => resolve(undefined));
  });
  await new Promise((resolve) => probe.close(resolve));
  if (error !== undefined) throw portProblem({ port, hostname, error });
}
