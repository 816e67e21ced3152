// Step: try candidates until one begins to answer; until then every failure may be followed by another attempt.
import type { IncomingHttpHeaders } from 'node:http';
import { withIncludeUsage } from '@api-proxy/protocols/openai-chat/include-usage';
import { splice } from '@api-proxy/protocols/splice';
import type { Call } from '../call.ts';
import type { Denial } from '../denial.ts';
import type { Exchange } from '../exchange.ts';
import { upstreamHeaders } from '../headers.ts';
import type { ChannelHealth } from '../ports.ts';
import { classify, type Signal, type Verdict } from '../routing/classify.ts';
import type { Candidate, Route } from '../routing/route.ts';
import type { Held, Trace } from '../trace.ts';
import type { Deadlines } from '../upstream/deadlines.ts';
import type { UpstreamPools } from '../upstream/pools.ts';
import { type Opening, UpstreamCall } from '../upstream/upstream-call.ts';
import { retryAfterMs } from './retry-after.ts';
import { signalOf } from './signal.ts';

export type AttemptDeps = {
  readonly pools: UpstreamPools;
  readonly deadlines: Deadlines;
  readonly health: ChannelHealth;
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
};

export type AttemptInput = {
  readonly exchange: Exchange;
  readonly call: Call;
  readonly route: Route;
  readonly trace: Trace;
  readonly held: Held;
};

export type Answer = Extract<Opening, { kind: 'answer' }>;

/** An upstream has begun to answer: from here on there is no other attempt. */
export type Committed = {
  readonly kind: 'committed';
  readonly upstream: UpstreamCall;
  readonly answer: Answer;
};

/** Every allowed attempt failed; this is the last failure. */
export type Failed = {
  readonly kind: 'failed';
  readonly verdict: Verdict;
  readonly signal: Signal;
  readonly retryAfterMs: number | null;
  readonly original: {
    readonly status: number;
    readonly headers: IncomingHttpHeaders;
    readonly body: Buffer;
  } | null;
};

/** @returns the answering upstream, the last failure, 429 / 503 when no channel was free, or null when the client left. */
export async function attempt(
  input: AttemptInput,
  deps: AttemptDeps,
): Promise<Committed | Failed | Denial | null> {
  const { exchange, route, held } = input;
  const bodies = new BodyMaker(exchange, input.call);
  let last: Failed | null = null;
  let sameLeft = -1;
  let candidate = route.next(deps.nowMs());
  for (let tries = 0; candidate && tries < exchange.snapshot.settings.maxAttempts; ) {
    const { channel } = candidate.option;
    if (!held.takeSlot(channel.id, channel.maxConcurrency)) {
      route.markBusy(channel.id);
      candidate = route.next(deps.nowMs());
      continue;
    }
    tries++;
    const result = await tryOnce({ ...input, candidate, body: bodies.bodyFor(candidate) }, deps);
    if (result?.kind === 'committed') return result;
    held.releaseSlot();
    if (result === null) return null;
    last = result;
    if (!result.verdict.next) break;
    if (sameLeft < 0) sameLeft = result.verdict.retrySame;
    if (sameLeft-- > 0) continue;
    sameLeft = -1;
    candidate = follow(route, result.verdict, { candidate, nowMs: deps.nowMs() });
  }
  return last ?? noneFree(input, deps.nowMs());
}

function follow(
  route: Route,
  verdict: Verdict,
  from: { candidate: Candidate; nowMs: number },
): Candidate | null {
  const { option } = from.candidate;
  const sibling = verdict.keyOnly ? route.sibling(option, from.nowMs) : null;
  if (sibling) return sibling;
  route.markFailed(option.channel.id);
  return route.next(from.nowMs);
}

function noneFree({ route, call }: AttemptInput, nowMs: number): Denial {
  if (route.sawBusy) return { denied: 'channels_limited', retryAfterMs: 1_000 };
  const retryAfterMs = Math.max(1_000, route.soonestDueMs() - nowMs);
  return { denied: 'no_channel', retryAfterMs, facts: { model: call.model } };
}

type Try = AttemptInput & { readonly candidate: Candidate; readonly body: Buffer };

async function tryOnce(input: Try, deps: AttemptDeps): Promise<Committed | Failed | null> {
  const { exchange, candidate, trace } = input;
  if (exchange.clientGone) return null;
  const { channel } = candidate.option;
  const startedAtMs = deps.nowMs();
  const began = deps.monotonicMs();
  const upstream = new UpstreamCall({
    deadlines: deps.deadlines,
    monotonicMs: deps.monotonicMs,
    firstByteTimeoutMs: channel.firstByteTimeoutMs,
    idleTimeoutMs: channel.idleTimeoutMs,
  });
  exchange.onClientGone = () => upstream.abort();
  trace.candidate = candidate;
  send(input, deps, upstream);
  const opening = await upstream.opened;
  exchange.onClientGone = null;
  const durationMs = deps.monotonicMs() - began;
  exchange.waitedMs += durationMs;
  const signal = signalOf(opening, exchange.endpoint.dialect);
  const verdict = signal ? classify(signal) : null;
  trace.attempts.push({
    channelId: channel.id,
    channelKeyId: candidate.key.id,
    upstreamModel: candidate.option.upstreamModel,
    status: opening.kind === 'failure' ? null : opening.status,
    outcome: signal ? 'failed' : 'ok',
    reason: exchange.clientGone ? 'client_closed' : (verdict?.reason ?? 'ok'),
    startedAtMs,
    durationMs,
  });
  if (exchange.clientGone) {
    upstream.abort();
    return null;
  }
  const waitMs = opening.kind === 'failure' ? null : retryAfterMs(opening.headers, deps.nowMs());
  teach(deps, candidate, { verdict, waitMs });
  if (!signal || !verdict)
    return opening.kind === 'answer' ? { kind: 'committed', upstream, answer: opening } : null;
  upstream.abort();
  const original = opening.kind === 'rejection' ? opening : null;
  return { kind: 'failed', verdict, signal, retryAfterMs: waitMs, original };
}

function send(input: Try, deps: AttemptDeps, upstream: UpstreamCall): void {
  const { exchange, candidate, body } = input;
  const { channel, target } = candidate.option;
  const request = {
    origin: target.origin,
    path: target.root + exchange.endpoint.path + exchange.search,
    method: 'POST' as const,
    headers: upstreamHeaders(exchange.req.headers, channel, candidate.key),
    body,
    connectTimeoutMs: channel.connectTimeoutMs,
  };
  try {
    deps.pools.dispatch(request, upstream);
  } catch (thrown) {
    // A header that can't be sent, or a pool that is being closed.
    upstream.abort('connect', thrown instanceof Error ? thrown.message : 'The request could not be sent.');
  }
}

type Learnt = { readonly verdict: Verdict | null; readonly waitMs: number | null };

function teach(deps: AttemptDeps, candidate: Candidate, { verdict, waitMs }: Learnt): void {
  deps.health.report({
    channelId: candidate.option.channel.id,
    channelKeyId: candidate.key.id,
    upstreamModel: candidate.option.upstreamModel,
    lesson: verdict ? verdict.lesson : 'success',
    retryAfterMs: waitMs,
    nowMs: deps.nowMs(),
  });
}

/** The body as each upstream needs it: byte for byte the client's, but for the model's name and the usage option. */
class BodyMaker {
  readonly #call: Call;
  readonly #options: string | null;
  #made: { upstreamModel: string; body: Buffer } | null = null;

  constructor(exchange: Exchange, call: Call) {
    const wantsUsage =
      exchange.endpoint.dialect.protocol === 'openai-chat' && call.stream && !call.includeUsage;
    this.#call = call;
    this.#options = wantsUsage ? withIncludeUsage(call.body) : null;
  }

  bodyFor(candidate: Candidate): Buffer {
    const { upstreamModel } = candidate.option;
    if (this.#made?.upstreamModel === upstreamModel) return this.#made.body;
    const edits: Record<string, string> = {};
    // A key spelt twice or escaped is a way around checks: such a body is written anew even when nothing changes.
    if (upstreamModel !== this.#call.model || !this.#call.plain) edits.model = JSON.stringify(upstreamModel);
    if (this.#options !== null) edits.stream_options = this.#options;
    const body = splice(this.#call.body, edits);
    this.#made = { upstreamModel, body };
    return body;
  }
}
