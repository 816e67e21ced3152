// A Redis of the tests' own, on a port that stays, so that it can be stopped and started again.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { type Program, startProgram } from './program.ts';

const NAMES = ['redis-server', 'valkey-server'];

function redisProgram(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
}

/** Starts an empty Redis that writes nothing to disk; `folder` is its working folder. */
export function startRedis({ port, folder }: { port: number; folder: string }): Promise<Program> {
  const file = redisProgram();
  if (!file) throw new Error('no `redis-server` on PATH');
  const nothingKept = ['--save', '', '--appendonly', 'no', '--dir', folder];
  return startProgram({
    file,
    args: ['--port', String(port), '--bind', '127.0.0.1', ...nothingKept],
    options: { env: { PATH: process.env.PATH }, cwd: folder },
    ready: /Ready to accept connections/,
    stopSignal: 'SIGTERM',
  });
}
