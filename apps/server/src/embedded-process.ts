// The supervisor's side of the embedded database: where its socket is, how it is started and asked to stop.
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Logger } from '@api-proxy/kit/logger';
import { Secret } from '@api-proxy/kit/secret';
import { SupervisedChild } from './child.ts';
import { childReady } from './child-messages.ts';
import { forkProgram } from './fork-program.ts';
import { programFile } from './program-file.ts';

const PROGRAM = programFile('embedded-database');
/** PostgreSQL clients look for this name inside the folder that `host` gives. */
const SOCKET_NAME = '.s.PGSQL.5432';
/** sun_path is 108 bytes on Linux and 104 on macOS, with the closing zero: unix(7). */
const LONGEST_SOCKET_PATH = 103;
const STOP_MS = 15_000;

export type EmbeddedDatabase = {
  /** For the `pg` driver. */
  url: Secret;
  child: SupervisedChild;
  stop(): Promise<void>;
};

/** Starts PGlite on `dataDir/db`; resolves when it takes connections. @throws AppError with the reason. */
export async function startEmbeddedDatabase(options: {
  dataDir: string;
  log: Logger;
}): Promise<EmbeddedDatabase> {
  const folder = socketFolder(options.dataDir);
  const child = new SupervisedChild({
    name: 'embedded database',
    log: options.log,
    spawn: () => spawnDatabase(options.dataDir, path.join(folder.path, SOCKET_NAME)),
    untilReady: async (process) => {
      await childReady(process);
    },
  });
  await child.start();
  return {
    url: new Secret(`postgresql://postgres@localhost:5432/postgres?host=${encodeURIComponent(folder.path)}`),
    child,
    stop: async () => {
      await child.stop((process) => process.kill('SIGTERM'), STOP_MS);
      folder.remove();
    },
  };
}

function spawnDatabase(dataDir: string, socketFile: string): ChildProcess {
  const child = forkProgram(PROGRAM);
  child.send({ type: 'start', dataDir, socketFile });
  return child;
}

/** A folder only this user can enter; in the system's temporary folder when `dataDir` is too deep for a socket. */
function socketFolder(dataDir: string): { path: string; remove(): void } {
  const inside = path.join(dataDir, 'socket');
  if (Buffer.byteLength(path.join(inside, SOCKET_NAME)) <= LONGEST_SOCKET_PATH) {
    mkdirSync(inside, { recursive: true, mode: 0o700 });
    return { path: inside, remove: () => undefined };
  }
  const elsewhere = mkdtempSync(path.join(tmpdir(), 'api-proxy-'));
  return { path: elsewhere, remove: () => rmSync(elsewhere, { recursive: true, force: true }) };
}
