// Step: ask the upstream that made a stored response for it: its content, its input, its cancellation, its end.
import type { Method } from '@api-proxy/protocols/registry';
import type { Call } from '../call.ts';
import type { Denial } from '../denial.ts';
import type { Exchange } from '../exchange.ts';
import type { Affinity, Caller } from '../ports.ts';
import { classify, type Signal } from '../routing/classify.ts';
import type { Candidate } from '../routing/route.ts';
import { responseName } from '../routing/session.ts';
import { targetOf } from '../routing/target.ts';
import { VERDICTS, type Verdict } from '../routing/verdicts.ts';
import type { Trace } from '../trace.ts';
import type { Opening } from '../upstream/upstream-call.ts';
import { attemptRecord } from './attempt-record.ts';
import { retryAfterMs } from './retry-after.ts';
import { type SendDeps, send } from './send.ts';
import { signalOf } from './signal.ts';
import type { Committed, Failed } from './try-once.ts';

export type RecallDeps = SendDeps & { readonly makers: Affinity; readonly nowMs: () => number };

export type RecallInput = {
  readonly exchange: Exchange;
  readonly caller: Caller;
  readonly call: Call;
  readonly trace: Trace;
};

/**
 * Sends the call, once, to the channel key that made the response. Its outcome teaches nothing about the key.
 * @returns the answering upstream, its failure, 404 / 503 when no key is known or in force, or null when the client left.
 */
export async function recall(
  input: RecallInput,
  deps: RecallDeps,
): Promise<Committed | Failed | Denial | null> {
  const { exchange, call, trace } = input;
  const candidate = await makerOf(input, deps.makers);
  if ('denied' in candidate) return candidate;
  if (exchange.clientGone) return null;
  trace.candidate = candidate;
  const began = deps.monotonicMs();
  const startedAtMs = deps.nowMs();
  const body = call.body.length > 0 ? call.body : null;
  const upstream = send({ exchange, candidate, body, method: methodOf(exchange) }, deps);
  const opening = await upstream.opened;
  exchange.waiting = null;
  const durationMs = deps.monotonicMs() - began;
  exchange.waitedMs += durationMs;
  // What an answer holds is the response's own story: an error in it is no failure of this call.
  const signal = opening.kind === 'answer' ? null : signalOf(opening, exchange.endpoint.dialect);
  const verdict = signal ? verdictOf(signal) : null;
  trace.attempts.push(attemptRecord({ exchange, candidate, opening, verdict, startedAtMs, durationMs }));
  if (exchange.clientGone || !signal || !verdict) {
    if (opening.kind === 'answer' && !exchange.clientGone)
      return { kind: 'committed', upstream, answer: opening };
    upstream.abort();
    return null;
  }
  return failedBy({ signal, verdict, opening }, deps.nowMs());
}

/** The channel key that made the response, when it was this user's, and is in force. */
async function makerOf({ exchange, caller }: RecallInput, makers: Affinity): Promise<Candidate | Denial> {
  const { endpoint, snapshot } = exchange;
  const id = endpoint.responseId ?? '';
  const unknown: Denial = { denied: 'response_unknown', facts: { response: id.slice(0, 256) } };
  const binding = await makers.get(responseName(caller.user.id, id));
  if (!binding) return unknown;
  const channel = snapshot.channels.find((one) => one.id === binding.channelId);
  const key = channel?.keys.find((one) => one.id === binding.channelKeyId);
  if (!channel || !key) return unknown;
  if (!channel.enabled || !key.enabled) return { denied: 'response_unreachable' };
  try {
    return { option: { channel, target: targetOf(channel), keys: channel.keys, upstreamModel: '' }, key };
  } catch {
    return { denied: 'response_unreachable' };
  }
}

function methodOf({ endpoint, req }: Exchange): Method {
  return endpoint.methods.find((method) => method === req.method) ?? 'GET';
}

/** What the upstream says about the response (404, 400 …) is for the client; what it says about the key is not. */
function verdictOf(signal: Signal): Verdict {
  const verdict = classify(signal, '');
  switch (verdict.reason) {
    case 'model_missing':
    case 'not_found':
    case 'thinking_signature':
      return VERDICTS.invalid_request;
    default:
      return verdict;
  }
}

type Fall = { readonly signal: Signal; readonly verdict: Verdict; readonly opening: Opening };

function failedBy({ signal, verdict, opening }: Fall, nowMs: number): Failed {
  const waitMs = opening.kind === 'failure' ? null : retryAfterMs(opening.headers, nowMs);
  const original = opening.kind === 'rejection' ? opening : null;
  const headers = opening.kind === 'failure' ? null : opening.headers;
  return { kind: 'failed', verdict, signal, retryAfterMs: waitMs, headers, original };
}
