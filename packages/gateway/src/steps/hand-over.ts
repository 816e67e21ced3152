// Step: what a committed answer is delivered with.
import type { Call } from '../call.ts';
import type { Ending } from '../ending.ts';
import type { Leg } from '../trace.ts';
import { type DeliverInput, deliver } from './deliver.ts';
import type { Committed } from './try-once.ts';

export type HandOverDeps = Pick<DeliverInput, 'monotonicMs' | 'deadlines' | 'draining'>;

export type Answered = { readonly call: Call; readonly committed: Committed; readonly drains: boolean };

/** Field by field: a copy of all that the journey has would cost each request three kilobytes. */
export function handOver(leg: Leg, answered: Answered, deps: HandOverDeps): Promise<Ending> {
  return deliver({
    exchange: leg.exchange,
    call: answered.call,
    committed: answered.committed,
    keepAlive: leg.held.keepAlive,
    secret: leg.trace.candidate?.key.secret.reveal() ?? '',
    monotonicMs: deps.monotonicMs,
    deadlines: deps.deadlines,
    drains: answered.drains,
    draining: deps.draining,
  });
}
