// What the log keeps of one attempt, whichever way it was made.
import type { Exchange } from '../exchange.ts';
import type { AttemptRecord } from '../exchange-record.ts';
import type { Candidate } from '../routing/route.ts';
import type { Verdict } from '../routing/verdicts.ts';
import type { Opening } from '../upstream/upstream-call.ts';

export type AttemptFacts = {
  readonly exchange: Exchange;
  readonly candidate: Candidate;
  readonly opening: Opening;
  /** null: the attempt did what was asked. */
  readonly verdict: Verdict | null;
  readonly startedAtMs: number;
  readonly durationMs: number;
};

export function attemptRecord(facts: AttemptFacts): AttemptRecord {
  const { exchange, candidate, opening, verdict, startedAtMs, durationMs } = facts;
  return {
    channelId: candidate.option.channel.id,
    channelKeyId: candidate.key.id,
    upstreamModel: candidate.option.upstreamModel,
    status: opening.kind === 'failure' ? null : opening.status,
    outcome: verdict ? 'failed' : 'ok',
    reason: exchange.clientGone ? 'client_closed' : (verdict?.reason ?? 'ok'),
    startedAtMs,
    durationMs,
  };
}
