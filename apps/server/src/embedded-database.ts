// The embedded database's own process: PGlite behind its socket server, on a Unix socket only this user can open.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { sleep } from '@api-proxy/kit/duration';
import { messageOf } from '@api-proxy/kit/error';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { z } from 'zod';
import { lockFile } from './data-dir.ts';
import { SerialPGlite } from './serial-pglite.ts';

const MAX_CONNECTIONS = 200;
/** An orphan of a killed supervisor needs a moment to write its pages and go. */
const LOCK_WAIT_MS = 15_000;
const CLIENTS_LEAVE_MS = 5_000;

const startSchema = z.object({ type: z.literal('start'), dataDir: z.string(), socketFile: z.string() });

type Running = { db: SerialPGlite; server: PGLiteSocketServer; unlock: () => void; socketFile: string };

async function start(options: { dataDir: string; socketFile: string }): Promise<Running> {
  const folder = path.join(options.dataDir, 'db');
  const lock = await lockFile(path.join(options.dataDir, 'db.lock'), LOCK_WAIT_MS);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const db = new SerialPGlite({ dataDir: folder, onCrash: crash });
  await db.waitReady;
  if (existsSync(options.socketFile)) rmSync(options.socketFile);
  const server = new PGLiteSocketServer({ db, path: options.socketFile, maxConnections: MAX_CONNECTIONS });
  await server.start();
  return { db, server, unlock: lock.release, socketFile: options.socketFile };
}

/** Waits (a little) for the clients to go, then closes the database so that its files are complete. */
async function stop(running: Running): Promise<void> {
  const deadline = performance.now() + CLIENTS_LEAVE_MS;
  while (running.server.getStats().activeConnections > 0 && performance.now() < deadline) await sleep(20);
  await running.server.stop();
  await running.db.close();
  rmSync(running.socketFile, { force: true });
  running.unlock();
}

function crash(thrown: unknown): void {
  process.stderr.write(`embedded database: ${messageOf(thrown)}\n`);
  process.exit(70);
}

function serve(): void {
  let running: Promise<Running> | undefined;
  let stopping = false;
  const end = () => {
    if (stopping) return;
    stopping = true;
    Promise.resolve(running)
      .then((started) => (started ? stop(started) : undefined))
      .then(() => process.exit(0), crash);
  };
  process.on('message', (message: unknown) => {
    const parsed = startSchema.safeParse(message);
    if (!parsed.success || running !== undefined) return;
    running = start(parsed.data);
    running.then(
      () => process.send?.({ type: 'ready' }),
      (thrown) => process.send?.({ type: 'fatal', message: messageOf(thrown) }, () => process.exit(1)),
    );
  });
  // A supervisor that was killed can't say goodbye; the closed channel does.
  process.on('disconnect', end);
  process.on('SIGTERM', end);
  process.on('SIGINT', () => undefined);
}

serve();
