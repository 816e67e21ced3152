// Which core a process runs on: the relay alone on the first, everything that measures it on the second.
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import process from 'node:process';

export type Pinning = {
  /** Absent: nothing is pinned, and why. */
  readonly missing?: string;
  readonly relayCore: number;
  readonly otherCore: number;
};

/** Pins this process, and with it all that it starts, to the second core. */
export function startPinning(): Pinning {
  const cores = { relayCore: 0, otherCore: 1 };
  if (availableParallelism() < 2) return { ...cores, missing: 'one core only' };
  try {
    execFileSync('taskset', ['-a', '-p', '-c', '1', String(process.pid)], { stdio: 'pipe' });
    return cores;
  } catch {
    return { ...cores, missing: 'no `taskset`' };
  }
}

/** The command that runs a program on the relay's core. */
export function onRelayCore(
  pinning: Pinning,
  file: string,
  args: readonly string[],
): { file: string; args: string[] } {
  if (pinning.missing) return { file, args: [...args] };
  return { file: 'taskset', args: ['-c', String(pinning.relayCore), file, ...args] };
}

/** The command that runs a program only while its core has nothing else to do; absent where that can't be had. */
export function whenIdle(
  pinning: Pinning,
): ((file: string, args: readonly string[]) => { file: string; args: string[] }) | undefined {
  if (pinning.missing) return undefined;
  try {
    execFileSync('setsid', ['chrt', '-i', '0', 'true'], { stdio: 'pipe' });
  } catch {
    // No such program: the cores may sleep.
    return undefined;
  }
  // In a session of its own: Linux shares a core among sessions first, and only within one by what each process is.
  return (file, args) => ({ file: 'setsid', args: ['chrt', '-i', '0', file, ...args] });
}

/** Moves a running process off the relay's core. */
export function moveAside(pinning: Pinning, pid: number): void {
  if (pinning.missing) return;
  execFileSync('taskset', ['-a', '-p', '-c', String(pinning.otherCore), String(pid)], { stdio: 'pipe' });
}
