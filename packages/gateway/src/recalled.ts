// The rest of the journey for a response that was made before: to its maker, free of charge.
import type { Call } from './call.ts';
import { isDenial } from './denial.ts';
import { type Ending, refuse, stopped } from './ending.ts';
import type { LiveEvents } from './ports.ts';
import { giveUp } from './steps/give-up.ts';
import { type HandOverDeps, handOver } from './steps/hand-over.ts';
import { keepAliveFor } from './steps/keep-alive.ts';
import { type RecallDeps, recall } from './steps/recall.ts';
import { recordStart } from './steps/record.ts';
import type { Leg } from './trace.ts';

export type RecalledDeps = RecallDeps & HandOverDeps & { readonly live?: LiveEvents };

export async function recalled(leg: Leg & { readonly call: Call }, deps: RecalledDeps): Promise<Ending> {
  const { exchange, trace, held, call } = leg;
  recordStart(leg, deps.live);
  held.keepAlive = keepAliveFor(exchange, call, deps);
  const committed = await recall(leg, deps);
  if (committed === null) return stopped(exchange);
  if (isDenial(committed)) return refuse(exchange, committed);
  if (committed.kind === 'failed') return giveUp(exchange, trace, { failed: committed, dueMs: 0 });
  return handOver(leg, { call, committed, drains: false }, deps);
}
