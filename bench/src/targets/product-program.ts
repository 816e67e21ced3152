// The product as its user runs it, as a process on the relay's core, ended by its id.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { freePort } from '@api-proxy/e2e/harness/product';
import { startProgram } from '@api-proxy/e2e/harness/program';
import { moveAside, onRelayCore, type Pinning } from '../measure/pinning.ts';
import { commandLine, processTree } from '../measure/process-figures.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** The launcher has bundled it from the sources as they are. */
const PROGRAM = 'apps/server/dist/main.js';
const START_MS = 60_000;
const STOP_MS = 40_000;

export type ProductProgram = {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** Time from its start to its line that it is ready. */
  readonly startMs: number;
  /** Supervisor and workers, and the embedded database apart from them. */
  processes(): { relay: number[]; database: number[] };
  stop(): Promise<void>;
};

export type ProductPlan = {
  readonly pinning: Pinning;
  /** Wins over what this process has. */
  readonly env: Readonly<Record<string, string>>;
};

/** @throws Error with its output when it does not start */
export async function startProductProgram({ pinning, env }: ProductPlan): Promise<ProductProgram> {
  const port = await freePort();
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-'));
  const remove = (): void => rmSync(dataDir, { recursive: true, force: true });
  const began = performance.now();
  try {
    const program = await startProgram({
      ...onRelayCore(pinning, process.execPath, [PROGRAM]),
      options: { cwd: ROOT, env: { ...environment({ port, dataDir }), ...env } },
      ready: new RegExp(`is ready.*:${port}\\b`),
      // Ctrl-C: no grace time for load balancers.
      stopSignal: 'SIGINT',
      deadlineMs: START_MS,
      stopMs: STOP_MS,
    });
    const startMs = performance.now() - began;
    const processes = () => {
      const all = processTree(program.pid);
      const database = all.filter((pid) => commandLine(pid).includes('embedded-database'));
      return { relay: all.filter((pid) => !database.includes(pid)), database };
    };
    for (const pid of processes().database) moveAside(pinning, pid);
    const stop = async (): Promise<void> => {
      await program.stop();
      remove();
    };
    return { url: `http://127.0.0.1:${port}`, port, dataDir, startMs, processes, stop };
  } catch (error) {
    remove();
    throw error;
  }
}

function environment({
  port,
  dataDir,
}: {
  port: number;
  dataDir: string;
}): Record<string, string | undefined> {
  return {
    ...process.env,
    NODE_ENV: 'development',
    HOSTNAME: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: dataDir,
    DATABASE_URL: '',
    REDIS_URL: '',
    ROLE: 'gateway',
    LOG_LEVEL: 'warn',
    DRAIN_TIMEOUT_S: '10',
  };
}
