// One request on its way to an upstream: where it goes, what it carries, and what stops it.
import type { Method } from '@api-proxy/protocols/registry';
import type { Exchange } from '../exchange.ts';
import { upstreamHeaders } from '../headers.ts';
import type { Candidate } from '../routing/route.ts';
import type { Deadlines } from '../upstream/deadlines.ts';
import type { UpstreamPools } from '../upstream/pools.ts';
import { UpstreamCall } from '../upstream/upstream-call.ts';

export type SendDeps = {
  readonly pools: UpstreamPools;
  readonly deadlines: Deadlines;
  readonly monotonicMs: () => number;
};

export type SendInput = {
  readonly exchange: Exchange;
  readonly candidate: Candidate;
  readonly body: Buffer | null;
  /** Default POST. */
  readonly method?: Method;
  /** For the first byte of an answer, when that is less than the channel's own deadline. */
  readonly waitAtMostMs?: number;
};

/** Never throws: what goes wrong is told by the call. The client's leaving aborts it. */
export function send(input: SendInput, deps: SendDeps): UpstreamCall {
  const { exchange, candidate, body, method = 'POST', waitAtMostMs = Number.POSITIVE_INFINITY } = input;
  const { channel, target } = candidate.option;
  const upstream = new UpstreamCall({
    deadlines: deps.deadlines,
    monotonicMs: deps.monotonicMs,
    firstByteTimeoutMs: Math.min(channel.firstByteTimeoutMs, waitAtMostMs),
    idleTimeoutMs: channel.idleTimeoutMs,
  });
  exchange.waiting = upstream;
  const request = {
    origin: target.origin,
    path: target.root + exchange.endpoint.path + exchange.search,
    method,
    headers: upstreamHeaders(exchange.req.headers, channel, candidate.key),
    body,
    connectTimeoutMs: channel.connectTimeoutMs,
    proxyUrl: channel.proxyUrl ?? null,
    http2: channel.http2 ?? false,
  };
  try {
    deps.pools.dispatch(request, upstream);
  } catch (thrown) {
    // A header that can't be sent, or a pool that is being closed.
    upstream.abort('connect', thrown instanceof Error ? thrown.message : 'The request could not be sent.');
  }
  return upstream;
}
