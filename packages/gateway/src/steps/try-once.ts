// One attempt: sends the call to one channel key, waits for how the upstream opens, and judges it.
import type { IncomingHttpHeaders } from 'node:http';
import type { Exchange } from '../exchange.ts';
import type { ChannelHealth } from '../ports.ts';
import { classify, type Signal } from '../routing/classify.ts';
import type { Candidate } from '../routing/route.ts';
import type { Verdict } from '../routing/verdicts.ts';
import type { Trace } from '../trace.ts';
import type { Opening, UpstreamCall } from '../upstream/upstream-call.ts';
import { attemptRecord } from './attempt-record.ts';
import { type DrainCount, DrainWait } from './drain.ts';
import type { Lessons } from './lessons.ts';
import { retryAfterMs } from './retry-after.ts';
import { type SendDeps, send } from './send.ts';
import { signalOf } from './signal.ts';

export type TryDeps = SendDeps & {
  readonly health: ChannelHealth;
  readonly nowMs: () => number;
  readonly draining: DrainCount;
};

export type Try = {
  readonly exchange: Exchange;
  readonly trace: Trace;
  readonly lessons: Lessons;
  readonly candidate: Candidate;
  readonly body: Buffer;
  /** Monotonic time by which some attempt of the request must have begun to answer. */
  readonly dueMonoMs: number;
};

export type Answer = Extract<Opening, { kind: 'answer' }>;

const LONGEST_ID = 200;

/** An upstream has begun to answer: from here on there is no other attempt. */
export type Committed = {
  readonly kind: 'committed';
  readonly upstream: UpstreamCall;
  readonly answer: Answer;
};

/** An attempt failed. */
export type Failed = {
  readonly kind: 'failed';
  readonly verdict: Verdict;
  readonly signal: Signal;
  readonly retryAfterMs: number | null;
  /** Of the answer; null where none came. */
  readonly headers: IncomingHttpHeaders | null;
  readonly original: {
    readonly status: number;
    readonly headers: IncomingHttpHeaders;
    readonly body: Buffer;
  } | null;
};

/** @returns null when the client left. */
export async function tryOnce(input: Try, deps: TryDeps): Promise<Committed | Failed | null> {
  const { exchange, candidate, trace, lessons } = input;
  if (exchange.clientGone) {
    lessons.abandon(candidate, deps.nowMs());
    return null;
  }
  const startedAtMs = deps.nowMs();
  const began = deps.monotonicMs();
  trace.candidate = candidate;
  const waitAtMostMs = Math.max(0, input.dueMonoMs - began);
  const upstream = send({ exchange, candidate, body: input.body, waitAtMostMs }, deps);
  const drains = candidate.option.channel.onClientGone === 'drain';
  if (drains) exchange.waiting = new DrainWait(exchange, upstream, deps.draining);
  const opening = await upstream.opened;
  exchange.waiting = null;
  const read = exchange.drain !== null && opening.kind === 'answer';
  trace.upstreamRequestId = opening.kind === 'failure' ? null : upstreamRequestId(opening.headers);
  const durationMs = deps.monotonicMs() - began;
  exchange.waitedMs += durationMs;
  const signal = signalOf(opening, exchange.endpoint.dialect);
  const verdict = signal ? classify(signal, candidate.option.upstreamModel) : null;
  trace.attempts.push(attemptRecord({ exchange, candidate, opening, verdict, startedAtMs, durationMs }));
  if (exchange.clientGone && !(read && signal === null)) {
    lessons.abandon(candidate, deps.nowMs());
    upstream.abort();
    return null;
  }
  const waitMs = opening.kind === 'failure' ? null : retryAfterMs(opening.headers, deps.nowMs());
  const { operation } = exchange.endpoint;
  lessons.learn({
    operation,
    candidate,
    verdict:
      verdict && outOfTime(input, { verdict, waitAtMostMs }) ? { ...verdict, lesson: 'nothing' } : verdict,
    signal,
    retryAfterMs: waitMs,
    beganMs: startedAtMs,
    nowMs: deps.nowMs(),
  });
  if (!signal || !verdict)
    return opening.kind === 'answer' ? { kind: 'committed', upstream, answer: opening } : null;
  upstream.abort();
  noteLoss(input, opening);
  const original = opening.kind === 'rejection' ? opening : null;
  const headers = opening.kind === 'failure' ? null : opening.headers;
  return { kind: 'failed', verdict, signal, retryAfterMs: waitMs, headers, original };
}

/** Whether the time of the request was up before that of the channel: it says nothing about the channel. */
function outOfTime(
  { candidate }: Try,
  { verdict, waitAtMostMs }: { verdict: Verdict; waitAtMostMs: number },
): boolean {
  return verdict.reason === 'timeout' && waitAtMostMs < candidate.option.channel.firstByteTimeoutMs;
}

/** Anthropic says `request-id`, OpenAI `x-request-id`; Azure and proxies have either. */
function upstreamRequestId(headers: IncomingHttpHeaders): string | null {
  const id = headers['request-id'] ?? headers['x-request-id'];
  return typeof id === 'string' && id !== '' ? id.slice(0, LONGEST_ID) : null;
}

/** A body that tells of a failure may still tell what it used up. */
function noteLoss({ exchange, candidate, trace }: Try, opening: Opening): void {
  if (opening.kind === 'failure') return;
  const body = opening.kind === 'rejection' ? opening.body : opening.first;
  const usage = body.length > 0 ? exchange.endpoint.dialect.usageOfBody(body) : null;
  if (usage) trace.lost.push({ channelId: candidate.option.channel.id, usage });
}
