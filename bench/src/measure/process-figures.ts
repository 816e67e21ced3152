// Processor time, memory and sockets of processes, from what the kernel keeps in /proc.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** CPU time of all threads, in microseconds, by the scheduler's own accounting; a process that is gone counts 0. */
export function cpuMicros(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuOf(pid), 0);
}

function cpuOf(pid: number): number {
  let nanos = 0;
  for (const task of listed(`/proc/${pid}/task`)) {
    nanos += Number(textOf(`/proc/${pid}/task/${task}/schedstat`).split(' ')[0] ?? 0);
  }
  return nanos / 1_000;
}

/** Resident memory of the largest, in MB: of the one worker that relays, not of what watches it. */
export function workerMb(pids: readonly number[]): number {
  const kb = pids.map((pid) => Number(/^VmRSS:\s+(\d+)/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0));
  return Math.max(0, ...kb) / 1_024;
}

/** A process and all that it started, also indirectly. */
export function processTree(pid: number): number[] {
  const children = listed(`/proc/${pid}/task`).flatMap((task) =>
    textOf(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(processTree)];
}

export function commandLine(pid: number): string {
  return textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
}

/** Connections that stand at a local port. */
export function establishedAt(port: number): number {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  let count = 0;
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of textOf(file).split('\n')) {
      const [, local, , state] = line.trim().split(/\s+/);
      if (local?.endsWith(end) && state === '01') count++;
    }
  }
  return count;
}

/** False where there is no such accounting; CPU figures are then left out. */
export function canMeasure(): boolean {
  return existsSync('/proc/self/schedstat');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process or thread has ended.
    return '';
  }
}

function listed(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    // The process has ended.
    return [];
  }
}
