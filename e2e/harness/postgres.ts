// A PostgreSQL of the tests' own on a port that stays: started, stopped at once, frozen, started again.
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { signalTree } from './process-tree.ts';
import { type Program, startProgram } from './program.ts';

export type Identity = { uid: number; gid: number };

export type PostgresPlan = {
  /** Folder with initdb and postgres. */
  bin: string;
  /** The user to run it as; absent: this one. */
  identity: Identity | undefined;
  /** An existing folder for data and socket. */
  folder: string;
  port: number;
};

export type Postgres = {
  url: string;
  program(): Program;
  /** Ends it as a power cut of the server would be seen: without a word to its clients (`pg_ctl stop -m immediate`). */
  stopAtOnce(): Promise<void>;
  /** Starts it again after a stop, on the same data and port. */
  start(): Promise<void>;
  /** Stops every process of it where it stands; connections stay open and say nothing. */
  freeze(): void;
  thaw(): void;
  remove(): Promise<void>;
};

// Commits wait for the kernel, or a server that is stopped at once would forget what it had confirmed.
const SETTINGS = ['fsync=off', 'full_page_writes=off', 'max_connections=200'];

/** Makes a cluster in `folder` and starts it. */
export async function startPostgres({ bin, identity, folder, port }: PostgresPlan): Promise<Postgres> {
  const data = mkdtempSync(join(folder, 'postgres-'));
  if (identity) for (const path of [folder, data]) chownSync(path, identity.uid, identity.gid);
  const env = { PATH: process.env.PATH, LC_ALL: 'C' };
  const cluster = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  execFileSync(join(bin, 'initdb'), cluster, {
    ...identity,
    env,
    cwd: data,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const launch = () =>
    startProgram({
      file: join(bin, 'postgres'),
      args: [
        ...['-D', data, '-k', data, '-p', String(port)],
        ...[...SETTINGS, 'listen_addresses=127.0.0.1', 'timezone=UTC'].flatMap((setting) => ['-c', setting]),
      ],
      options: { ...identity, env, cwd: data },
      ready: /database system is ready to accept connections/,
      stopSignal: 'SIGINT',
    });
  let program = await launch();
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    program: () => program,
    stopAtOnce: () => program.stop('SIGQUIT'),
    start: async () => {
      program = await launch();
    },
    freeze: () => signalTree(program.pid, 'SIGSTOP'),
    thaw: () => signalTree(program.pid, 'SIGCONT'),
    remove: () => program.stop(),
  };
}

/** Folder with initdb and postgres: PATH first, then Debian's versions, newest first. */
export function postgresFolder(searchPath: readonly string[]): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...searchPath, ...versions.map((version) => join(debian, version, 'bin'))];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** PostgreSQL refuses to run as root: undefined for an ordinary user, else the user to become, or 'none'. */
export function unprivileged(): Identity | 'none' | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of ['postgres', 'nobody']) {
    try {
      const ids = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, user], { stdio: 'pipe' })));
      const [uid, gid] = ids;
      if (uid && gid) return { uid, gid };
    } catch {
      // No such user: the next one is tried.
    }
  }
  return 'none';
}
