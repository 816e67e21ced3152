// One request handed to another process of the installation on loopback, and its answer handed back.
import { type Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';

/** Only this connection's business: RFC 9110 §7.6.1. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** What a request meets on a connection that the other end has closed. */
const CLOSED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

export type Way = {
  request: IncomingMessage;
  response: ServerResponse;
  /** Where the other process listens. */
  port: number;
  /** False: over a connection of its own. */
  agent: Agent | false;
  answerTimeoutMs: number;
  /** Names and values in turn, as they are sent. */
  requestHeaders: string[];
  answerHeaders(answer: IncomingMessage): string[];
  /** Called instead of an answer, when none has begun. */
  unreachable(): void;
};

/** Pipes one request there and its answer back. */
export function pipe(way: Way): void {
  const { request, response } = way;
  const upstream = httpRequest({
    agent: way.agent,
    host: '127.0.0.1',
    port: way.port,
    method: request.method,
    path: request.url,
    headers: way.requestHeaders,
    setHost: false,
    timeout: way.answerTimeoutMs,
  });
  const leave = () => upstream.destroy();
  response.on('close', leave);
  upstream.on('timeout', () => upstream.destroy(new Error('no answer came in time')));
  upstream.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, way.answerHeaders(answer));
    // Broken off there is broken off here; `pipeline` does that too, at the price of an abort for each answer.
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  });
  upstream.on('error', (error: NodeJS.ErrnoException) => {
    response.off('close', leave);
    if (response.headersSent || response.destroyed) response.destroy();
    else if (upstream.reusedSocket && CLOSED.has(error.code ?? '') && isRepeatable(request)) {
      pipe({ ...way, agent: false });
    } else way.unreachable();
  });
  if (isRepeatable(request)) upstream.end();
  else pipeline(request, upstream, () => undefined);
}

/**
 * Whether a request may go out again when a kept connection was closed under it: the other process ends idle ones
 * whenever it likes, and the close crosses a request on its way (RFC 9112 §9.3.1). One without a body and without effect only.
 */
export function isRepeatable(request: IncomingMessage): boolean {
  const { method, headers } = request;
  if (method !== 'GET' && method !== 'HEAD') return false;
  return headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0';
}

/** Raw headers without hop-by-hop ones. @param left more names that are left out, in lower case */
export function endToEnd(raw: readonly string[], left: ReadonlySet<string>): string[] {
  const headers: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const lower = name.toLowerCase();
    if (!HOP_BY_HOP.has(lower) && !left.has(lower)) headers.push(name, raw[index + 1] ?? '');
  }
  return headers;
}
