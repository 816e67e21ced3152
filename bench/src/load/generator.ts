// The load generator, a process of its own: runs the parts of a load side by side when asked.
import process from 'node:process';
import { sendToParent, whenAsked } from '../measure/messages.ts';
import type { LoadPart, PartResult } from './plan.ts';
import { runPart } from './run-part.ts';

/** Far enough apart that no two exchanges of a run have the same nonce. */
const NONCES_PER_PART = 10_000_000;

let parts = 0;
whenAsked(
  (load: LoadPart[]): Promise<PartResult[]> =>
    Promise.all(load.map((part) => runPart(part, ++parts * NONCES_PER_PART))),
);
process.on('disconnect', () => process.exit(0));
sendToParent({ ready: {} });
