// Whose journal a folder is, and whether that worker still lives: only a dead one's journal may be taken over.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { MINUTE_MS } from '@api-proxy/kit/duration';

export const OWNER_FILE = 'owner';

/** Time without a sign of life after which a worker of another host, whose processes can't be seen, counts as dead. */
const SILENT_MS = MINUTE_MS;

/** Names this process as the owner: host, process id, and the instant at which that process began. */
export function writeOwner(folder: string): void {
  writeFileSync(join(folder, OWNER_FILE), ownerText(process.pid), { mode: 0o600 });
}

function ownerText(pid: number): string {
  return [hostname(), pid, birthOf(pid) ?? ''].join('\n');
}

/**
 * When a process began, in a unit of the kernel's: process ids come again, after a restart of a container even at
 * once. Undefined: no such process, or not Linux. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
function birthOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The name in parentheses may contain anything; state is the first field after it, field 3.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie does nothing any more.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${boot}/${fields[19] ?? ''}`;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Whether the worker that owned the folder is gone for certain; a folder without an owner was left on purpose. */
export function isAbandoned(folder: string, nowMs: number): boolean {
  const path = join(folder, OWNER_FILE);
  let text: string;
  let seenMs: number;
  try {
    text = readFileSync(path, 'utf8');
    seenMs = statSync(path).mtimeMs;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
  const [host, pidText, birth] = text.split('\n');
  if (host !== hostname()) return nowMs - seenMs > SILENT_MS;
  const pid = Number(pidText);
  if (birth) return birthOf(pid) !== birth;
  return !isRunning(pid);
}
