// Lets a process have only what others leave over: the console, beside the relay.
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** As a nice value: under load it gets a tenth of what others get. */
const BEHIND = 10;

/**
 * Puts a process behind others on the same cores. Linux may divide a core among sessions before it looks at what is in
 * them, and each child has a session of its own: then its session is put behind, too. Where either is not possible, it
 * stays as it is.
 */
export function putBehind(pid: number): void {
  try {
    setPriority(pid, BEHIND);
    writeFileSync(`/proc/${pid}/autogroup`, String(BEHIND));
  } catch {
    // Not Linux, not allowed, or gone already.
  }
}
