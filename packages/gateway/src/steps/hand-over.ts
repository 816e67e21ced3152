// Step: what a committed answer is delivered with.
import type { Call } from '../call.ts';
import type { Ending } from '../ending.ts';
import { estimateInput } from '../metering/estimate.ts';
import { ThinkingNotes } from '../routing/thinking-makers.ts';
import type { Leg } from '../trace.ts';
import { type DeliverInput, deliver } from './deliver.ts';
import type { ThinkingDeps } from './refused-thinking.ts';
import type { Committed } from './try-once.ts';

export type HandOverDeps = Pick<DeliverInput, 'monotonicMs' | 'deadlines' | 'draining'> & ThinkingDeps;

export type Answered = { readonly call: Call; readonly committed: Committed; readonly drains: boolean };

/** A stream lives for minutes, and its request is sent to nobody else: a body larger than this is not kept for it. */
const LARGEST_KEPT = 64 * 1024;

function letGo(call: Call): void {
  call.inputTokens = estimateInput(call.body);
  call.body = Buffer.alloc(0);
}

/** Field by field: a copy of all that the journey has would cost each request three kilobytes. */
export function handOver(leg: Leg, answered: Answered, deps: HandOverDeps): Promise<Ending> {
  const { call, committed } = answered;
  if (committed.answer.stream && call.body.length > LARGEST_KEPT) letGo(call);
  return deliver({
    exchange: leg.exchange,
    call,
    committed,
    keepAlive: leg.held.keepAlive,
    secret: leg.trace.candidate?.key.secret.reveal() ?? '',
    monotonicMs: deps.monotonicMs,
    deadlines: deps.deadlines,
    drains: answered.drains,
    draining: deps.draining,
    signatures: thinkingNotes(leg, deps),
  });
}

/** Who gave the answer is remembered by the signatures of its thinking, in the dialect that has them. */
function thinkingNotes(
  { exchange, caller, trace }: Leg,
  { thinkingMakers }: ThinkingDeps,
): ThinkingNotes | null {
  const { candidate } = trace;
  if (!exchange.endpoint.dialect.signaturesIn || !candidate) return null;
  const maker = { channelId: candidate.option.channel.id, channelKeyId: candidate.key.id };
  return new ThinkingNotes(caller.user.id, maker, thinkingMakers);
}
