// How late the event loops of the measured processes were, as their hook tells when it is asked.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const HOOK = fileURLToPath(new URL('loop-delay-hook.ts', import.meta.url));
const ANSWER_MS = 500;
const POLL_MS = 5;

/** Milliseconds later than due. */
export type LoopDelay = { readonly p99: number; readonly max: number };

export type LoopDelays = {
  /** For the processes to be measured. */
  readonly env: Readonly<Record<string, string>>;
  /** Of the latest of these processes since the last time; null where none of them has the hook. */
  take(pids: readonly number[]): Promise<LoopDelay | null>;
  close(): void;
};

type Dump = LoopDelay & { readonly dumps: number };

export function startLoopDelays(): LoopDelays {
  const folder = mkdtempSync(join(tmpdir(), 'bench-loop-'));
  const dumpOf = (pid: number): Dump | null => {
    try {
      return JSON.parse(readFileSync(join(folder, `${pid}.json`), 'utf8')) as Dump;
    } catch {
      // No Node process, not one of ours, or just being written.
      return null;
    }
  };
  const takeOne = async (pid: number): Promise<Dump | null> => {
    const before = dumpOf(pid);
    // Without the hook the signal would end the process.
    if (!before) return null;
    process.kill(pid, 'SIGUSR2');
    for (const endMs = performance.now() + ANSWER_MS; performance.now() < endMs; ) {
      const now = dumpOf(pid);
      if (now && now.dumps > before.dumps) return now;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return null;
  };
  return {
    env: { NODE_OPTIONS: `--import=${HOOK}`, BENCH_LOOP_DELAY_DIR: folder },
    async take(pids) {
      const dumps = (await Promise.all(pids.map(takeOne))).filter((dump) => dump !== null);
      if (dumps.length === 0) return null;
      return {
        p99: Math.max(...dumps.map(({ p99 }) => p99)),
        max: Math.max(...dumps.map(({ max }) => max)),
      };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
