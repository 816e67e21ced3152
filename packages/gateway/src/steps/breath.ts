// Large bodies are gone through several times; between two passes others get a turn.
import { setTimeout as sleep } from 'node:timers/promises';

/** One pass over this much text takes a few milliseconds. */
const LARGE = 4 * 1024 * 1024;

/** A whole turn of the event loop, timers included; null: no pause is due. */
export function breathAfter(body: Buffer): Promise<void> | null {
  return body.length > LARGE ? sleep(0) : null;
}
