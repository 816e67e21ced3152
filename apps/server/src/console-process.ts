// The console as its own process: stock Next.js on a loopback port, in production and in development alike.
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MINUTE_MS, sleep } from '@api-proxy/kit/duration';
import { AppError } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';
import { putBehind } from './behind.ts';
import { SupervisedChild } from './child.ts';
import { childEnvironment } from './config.ts';
import { programFile } from './program-file.ts';

const CONSOLE_FOLDER = fileURLToPath(new URL('../../console', import.meta.url));
const GUARD = pathToFileURL(programFile('console-guard')).href;
const START_TIMEOUT_MS = 2 * MINUTE_MS;
const PROBE_EVERY_MS = 50;
const STOP_MS = 5_000;

export type ConsoleOptions = {
  development: boolean;
  /** Origin of the control API as the console reaches it. */
  apiUrl: string;
  log: Logger;
  /** Told the loopback port each time the console serves, null when it was lost. */
  onMove: (port: number | null) => void;
};

export type ConsoleProcess = { child: SupervisedChild; stop(): Promise<void> };

/** @throws AppError `console_not_built` when there is nothing to serve. */
export function requireBuiltConsole(): void {
  if (existsSync(path.join(CONSOLE_FOLDER, '.next', 'BUILD_ID'))) return;
  throw new AppError({
    code: 'console_not_built',
    status: 500,
    message: 'The console is not built yet: run `bun run build`, or `bun run dev` for development',
  });
}

/** Starts Next and keeps it running; pages wait for it, the API doesn't. */
export async function startConsole(options: ConsoleOptions): Promise<ConsoleProcess> {
  const ports = new WeakMap<ChildProcess, number>();
  let port = await freeLoopbackPort();
  const child = new SupervisedChild({
    name: 'console',
    log: options.log,
    spawn: () => {
      const started = spawnNext(options, port);
      ports.set(started, port);
      return started;
    },
    untilReady: (started) => untilAccepting(ports.get(started) ?? port),
    onReady: () => options.onMove(port),
    onLost: () => {
      options.onMove(null);
      // Somebody else may have taken the port meanwhile; the next start looks for another.
      freeLoopbackPort().then((found) => {
        port = found;
      });
    },
  });
  child.startPatiently();
  return { child, stop: () => child.stop((process) => process.kill('SIGTERM'), STOP_MS) };
}

function spawnNext(options: ConsoleOptions, port: number): ChildProcess {
  const next = path.join(CONSOLE_FOLDER, 'node_modules', 'next', 'dist', 'bin', 'next');
  const args = [options.development ? 'dev' : 'start', '-H', '127.0.0.1', '-p', String(port)];
  const child = fork(next, args, {
    cwd: CONSOLE_FOLDER,
    detached: true,
    execArgv: ['--import', GUARD],
    env: childEnvironment({
      CONSOLE_API_URL: options.apiUrl,
      NEXT_TELEMETRY_DISABLED: '1',
      NODE_ENV: options.development ? 'development' : 'production',
    }),
    stdio: ['ignore', options.development ? 'inherit' : 'ignore', 'inherit', 'ipc'],
  });
  // Pages may take longer; what is relayed may not.
  if (child.pid !== undefined) putBehind(child.pid);
  return child;
}

/** A port nobody listens on at this moment. */
export function freeLoopbackPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

async function untilAccepting(port: number): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await accepts(port))) {
    if (performance.now() > deadline) throw new Error('the console did not start in time');
    await sleep(PROBE_EVERY_MS);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
