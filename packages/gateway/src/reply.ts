// Answers that the relay writes itself: the one place where a fault becomes bytes.
import type { ServerResponse } from 'node:http';
import type { Fault } from '@api-proxy/protocols/fault';
import type { Denial } from './denial.ts';
import type { Exchange } from './exchange.ts';
import { EVENT_STREAM_HEADERS, ownHeaders } from './headers.ts';
import { limitHeader } from './limit-header.ts';

/** The head of an event stream, for a client that has waited long: nobody has answered yet, and it can't be taken back. */
export function beginStream(exchange: Exchange): void {
  exchange.streaming = true;
  exchange.res.writeHead(200, [
    ...['x-request-id', exchange.requestId, 'content-type', 'text/event-stream'],
    ...exchange.accountHeaders,
    ...EVENT_STREAM_HEADERS,
  ]);
}

/**
 * Writes a fault in the dialect of the caller: as its answer, or as the last event of a stream that was begun without
 * one. Cuts any other answer that has begun; does nothing when the client has left.
 */
export function sendFault(exchange: Exchange, fault: Fault, headers: readonly string[]): void {
  const { req, res } = exchange;
  const { dialect } = exchange.endpoint;
  if (exchange.streaming) {
    if (!res.destroyed && !res.writableEnded) res.end(dialect.renderErrorEvent(fault));
    return;
  }
  const body = dialect.renderError(fault);
  // A body that is not going to be read must not keep the socket busy.
  const closing = req.complete ? [] : ['connection', 'close'];
  sendJson(res, {
    status: fault.status,
    body,
    headers: [...ownHeaders(exchange), ...exchange.accountHeaders, ...headers, ...closing],
  });
}

export type JsonReply = {
  readonly status: number;
  readonly body: string;
  readonly headers: readonly string[];
};

/** Writes a JSON answer, headers and body in one go. */
export function sendJson(res: ServerResponse, reply: JsonReply): void {
  if (res.destroyed || res.writableEnded) return;
  // An answer has begun and can't be finished: cutting it is the only honest end.
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const length = String(Buffer.byteLength(reply.body));
  res.writeHead(reply.status, [
    'content-type',
    'application/json',
    'content-length',
    length,
    ...reply.headers,
  ]);
  res.end(reply.body);
}

/** `retry-after` in whole seconds, rounded up. */
export function faultHeaders(retryAfterMs: number | null): string[] {
  return retryAfterMs === null ? [] : ['retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1_000)))];
}

/** What is used up and begins anew never, or nobody knows when. */
const NO_END_MS = 3_600_000;

/**
 * When the client may come back. A 429 always says so, and to Anthropic's clients with their own word for it: without
 * both, Claude Code retries without end (code.claude.com, "LLM gateway").
 */
export function comeBackHeaders(exchange: Exchange, status: number, retryAfterMs: number | null): string[] {
  if (status !== 429) return faultHeaders(retryAfterMs);
  const headers = faultHeaders(retryAfterMs ?? NO_END_MS);
  if (exchange.endpoint.dialect.protocol !== 'anthropic-messages') return headers;
  headers.push('anthropic-ratelimit-unified-status', 'rejected');
  if (retryAfterMs !== null) {
    const nowMs = exchange.startedAtMs + exchange.waitedMs;
    headers.push('anthropic-ratelimit-unified-reset', String(Math.ceil((nowMs + retryAfterMs) / 1_000)));
  }
  return headers;
}

/** Which budget or limit refused: for a budget the headers that an admitted request carries, with what is left in them. */
export function budgetHeaders({ denied, facts, retryAfterMs }: Denial): string[] {
  if (denied === 'quota_missing' || denied === 'quota_zero') return ['x-quota-remaining-usd', '0'];
  if (denied === 'quota_used_up') return ['x-quota-remaining-usd', notBelowZero(facts?.remaining)];
  if (denied === 'limit_reached') return facts ? limitReached(facts, retryAfterMs) : [];
  if (denied === 'channels_limited') return ['x-relay-ratelimit-reached', 'channel-parallel'];
  if (denied !== 'window_used_up') return [];
  const remaining = ['x-quota-window-remaining-usd', notBelowZero(facts?.remaining)];
  const window = ['x-quota-window', `${facts?.scope}-${facts?.window}`, ...remaining];
  const resetsAt = facts?.resetsAt;
  return typeof resetsAt === 'string' ? [...window, 'x-quota-window-resets-at', resetsAt] : window;
}

/** Which limit of the minute was reached, and of requests and tokens how much it allows; what is left only where it is nothing. */
function limitReached(facts: NonNullable<Denial['facts']>, retryAfterMs = 0): string[] {
  // The first word of a limit is what it counts: requests, count_tokens, tokens or parallel.
  const [word = ''] = String(facts.limit).split(' ');
  const reached = ['x-relay-ratelimit-reached', `${facts.scope}-${word}`];
  if (word === 'parallel') return reached;
  const counted = word === 'tokens' ? 'tokens' : 'requests';
  const reset = [limitHeader('reset', counted), String(Math.ceil(retryAfterMs / 1_000))];
  const left = counted === 'requests' ? [limitHeader('remaining', counted), '0'] : [];
  return [...reached, limitHeader('limit', counted), String(facts.max), ...left, ...reset];
}

function notBelowZero(amount: string | number | null | undefined): string {
  return typeof amount === 'string' && !amount.startsWith('-') ? amount : '0';
}
