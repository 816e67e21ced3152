// How much of the cores the session of this process gets beside others: Linux shares them among sessions first.
import { writeFileSync } from 'node:fs';

/** @param nice as of a process: 19 is the least */
export function setSessionShare(nice: number): void {
  try {
    writeFileSync('/proc/self/autogroup', String(nice));
  } catch {
    // No such thing here: then no session has a share of its own.
  }
}
