// A program that runs beside the tests: ready when it says so, ended by its process id.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';

export interface ProgramPlan {
  file: string;
  args: string[];
  options: Pick<SpawnOptions, 'uid' | 'gid' | 'env' | 'cwd'>;
  /** Text on stdout or stderr that says the program serves. */
  ready: RegExp;
  /** Asks it to end in order. */
  stopSignal: NodeJS.Signals;
  /** Longest wait for `ready`; 30 s when missing. */
  deadlineMs?: number;
  /** Time it gets to end in order before SIGKILL; 10 s when missing. */
  stopMs?: number;
}

export interface Program {
  pid: number;
  /** All it printed so far, for a failure's text. */
  output: () => string;
  /** Ends it: its own signal (or another) first, SIGKILL when that takes too long. Safe to call twice. */
  stop: (signal?: NodeJS.Signals) => Promise<void>;
}

const READY_MS = 30_000;
const STOP_MS = 10_000;

/**
 * Starts a program and waits until it is ready.
 * @throws Error with what it printed, when it ends first or is not ready in time
 */
export async function startProgram(plan: ProgramPlan): Promise<Program> {
  const child = spawn(plan.file, plan.args, { ...plan.options, stdio: ['ignore', 'pipe', 'pipe'] });
  const pieces: string[] = [];
  const output = (): string => pieces.join('');
  // A test runner that dies without its own cleaning up must not leave the program behind.
  const killNow = (): void => void child.kill('SIGKILL');
  process.on('exit', killNow);
  const stop = async (signal = plan.stopSignal): Promise<void> => {
    await end(child, signal, plan.stopMs ?? STOP_MS);
    process.off('exit', killNow);
  };
  try {
    await waitForText({ child, pieces, ready: plan.ready, deadlineMs: plan.deadlineMs ?? READY_MS });
  } catch (error) {
    await stop();
    throw new Error(`${plan.file} did not start: ${String(error)}\n${output()}`, { cause: error });
  }
  return { pid: child.pid ?? 0, output, stop };
}

interface Wait {
  child: ChildProcess;
  pieces: string[];
  ready: RegExp;
  deadlineMs: number;
}

function waitForText({ child, pieces, ready, deadlineMs }: Wait): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready after ${deadlineMs} ms`)), deadlineMs);
    const take = (chunk: Buffer): void => {
      pieces.push(chunk.toString('utf8'));
      if (!ready.test(pieces.join(''))) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`it ended with ${signal ?? code}`));
    });
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals, stopMs: number): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(timer);
}
