// The one port: `/v1` (and the question where a call would go) to the gateway, `/api` to the control API, everything else to the console.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { MINUTE_MS, SECOND_MS } from '@api-proxy/kit/duration';
import { clientScheme, rewriteForwarded } from './client-address.ts';
import { type ConsoleLink, refuseUpgrade } from './console-link.ts';
import type { Drain } from './drain.ts';
import { SECURITY_HEADERS, STRICT_TRANSPORT } from './security-headers.ts';

/** A client has this long to send its head; the body's time lets 64 MB through at 1 Mbit/s, and no drip for ever. */
const HEADERS_TIMEOUT_MS = 30 * SECOND_MS;
const REQUEST_TIMEOUT_MS = 15 * MINUTE_MS;
const CHECK_EVERY_MS = 5 * SECOND_MS;
/** Above the 60 s that load balancers keep idle connections, so that they close first. */
const KEEP_ALIVE_MS = 75 * SECOND_MS;
const MAX_HEADER_BYTES = 32 * 1024;

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export type ListenerParts = {
  /** Absent when this instance has no such part (`ROLE`). */
  gateway: Handler | undefined;
  /** Tells where a call would go, for relay keys; part of the data plane. */
  explain: Handler | undefined;
  api: Handler | undefined;
  console: ConsoleLink | undefined;
  drain: Drain;
  trustedProxyHops: number;
};

/** The HTTP server, not listening yet. */
export function createListener(parts: ListenerParts): Server {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_EVERY_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      noDelay: true,
    },
    (request, response) => serve(parts, request, response),
  );
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (roomOf(request.url ?? '/') !== 'console' || !parts.console) return refuseUpgrade(socket);
    rewriteForwarded(request, parts.trustedProxyHops);
    parts.console.upgrade(request, socket, head);
  });
  server.on('clientError', answerClientError);
  return server;
}

/** Which part of the product a path belongs to. */
export function roomOf(url: string): 'gateway' | 'explain' | 'api' | 'console' {
  if (startsWithSegment(url, '/v1')) return 'gateway';
  if (startsWithSegment(url, '/api/v1/explain')) return 'explain';
  return startsWithSegment(url, '/api') ? 'api' : 'console';
}

function startsWithSegment(url: string, segment: string): boolean {
  if (!url.startsWith(segment)) return false;
  const next = url.charCodeAt(segment.length);
  return Number.isNaN(next) || next === 0x2f || next === 0x3f;
}

function serve(parts: ListenerParts, request: IncomingMessage, response: ServerResponse): void {
  parts.drain.track(response);
  const room = roomOf(request.url ?? '/');
  // The gateway refuses in the caller's own dialect, so it is asked even when the doors are closed.
  if (room === 'gateway' && parts.gateway) parts.gateway(request, response);
  else if (!parts.drain.accepts)
    sayUnavailable(response, 'draining', 'This server is shutting down. Try again.');
  else if (room === 'explain' && parts.explain) parts.explain(request, response);
  else if (room === 'api' && parts.api) {
    if (clientScheme(request, parts.trustedProxyHops) === 'https') response.setHeader(...STRICT_TRANSPORT);
    for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value);
    rewriteForwarded(request, parts.trustedProxyHops);
    parts.api(request, response);
  } else if (room === 'console' && parts.console) {
    rewriteForwarded(request, parts.trustedProxyHops);
    parts.console.pipe(request, response);
  } else if (parts.gateway && asksForBase(request)) greet(response);
  else sayUnavailable(response, 'not_here', 'This instance does not serve this path (ROLE).');
}

const GREETING = 'This instance relays model calls on /v1. It has no console.\n';

/** Claude Code sends `HEAD /` to its base address before it works, and people open it. */
function asksForBase({ method, url = '' }: IncomingMessage): boolean {
  return (method === 'HEAD' || method === 'GET') && (url === '/' || url.startsWith('/?'));
}

/** Where no console answers. Node leaves the body out of the answer to HEAD. */
function greet(response: ServerResponse): void {
  for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value);
  response.writeHead(200, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(GREETING),
  });
  response.end(GREETING);
}

function sayUnavailable(response: ServerResponse, code: string, message: string): void {
  const body = JSON.stringify({ error: { code, message } });
  response.shouldKeepAlive = false;
  response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' });
  response.end(body);
}

const CLIENT_ERRORS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = CLIENT_ERRORS[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
