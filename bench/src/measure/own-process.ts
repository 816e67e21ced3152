// Starts the bench's own programs as processes with a channel for messages, and ends them by their id.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { readyOf } from './messages.ts';

export type OwnProcess<Ready> = {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ready: Ready;
  stop(): Promise<void>;
};

export type OwnProcessPlan = {
  /** Relative to the folder of the sources. */
  readonly program: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Turns the command into the one that is run, e.g. pinned. */
  readonly wrap?: (file: string, args: readonly string[]) => { file: string; args: string[] };
};

const START_MS = 20_000;
const STOP_MS = 10_000;

/** @throws Error when it does not say that it is ready */
export async function startOwnProcess<Ready>(plan: OwnProcessPlan): Promise<OwnProcess<Ready>> {
  const program = fileURLToPath(new URL(`../${plan.program}`, import.meta.url));
  const wrap = plan.wrap ?? ((file, args) => ({ file, args: [...args] }));
  const { file, args } = wrap(process.execPath, [program, ...(plan.args ?? [])]);
  const child = spawn(file, args, {
    env: { ...process.env, ...plan.env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const killNow = (): void => void child.kill('SIGKILL');
  process.on('exit', killNow);
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      const timer = setTimeout(killNow, STOP_MS);
      if (child.connected) child.disconnect();
      else child.kill('SIGTERM');
      await ended;
      clearTimeout(timer);
    }
    process.off('exit', killNow);
  };
  try {
    const ready = await readyOf<Ready>(child, START_MS);
    return { child, pid: child.pid ?? 0, ready, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
