// The way to the console's process: pages and its assets are piped there and back, with the headers a page needs.
import { Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { endToEnd, pipe } from './pipe.ts';
import { contentSecurityPolicy, createNonce, SECURITY_HEADERS } from './security-headers.ts';
import { startingPage } from './starting-page.ts';

/** Set by us on every answer, so the console's own are dropped. */
const OURS: ReadonlySet<string> = new Set([
  'content-security-policy',
  ...SECURITY_HEADERS.map(([name]) => name),
]);
/** Given by us with a page, so that what a client sends of them is dropped. */
const GIVEN: ReadonlySet<string> = new Set(['content-security-policy', 'x-nonce']);
const ANSWER_TIMEOUT_MS = 120_000;
const RETRY_AFTER_S = '2';

/** Where the console is now. */
export class ConsoleLink {
  readonly #development: boolean;
  readonly #answerTimeoutMs: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });
  #port: number | null = null;

  /** @param options.answerTimeoutMs how long a page may take; default two minutes */
  constructor(options: { development: boolean; answerTimeoutMs?: number }) {
    this.#development = options.development;
    this.#answerTimeoutMs = options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
  }

  /** Null while the console is starting. */
  moveTo(port: number | null): void {
    this.#port = port;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Pipes one request to the console and its answer back. */
  pipe(request: IncomingMessage, response: ServerResponse): void {
    const port = this.#port;
    if (port === null) {
      notYet(request, response);
      return;
    }
    const policy = wantsPage(request) ? this.#pagePolicy() : undefined;
    pipe({
      ...{ request, response, port, agent: this.#agent, answerTimeoutMs: this.#answerTimeoutMs },
      requestHeaders: forwardedHeaders(request, policy),
      answerHeaders: (answer) => answerHeaders(answer, policy),
      unreachable: () => notYet(request, response),
    });
  }

  /** Joins an upgraded connection (hot reload) with the console's; refused outside development. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!this.#development || this.#port === null) {
      refuseUpgrade(socket);
      return;
    }
    const upstream = connect(this.#port, '127.0.0.1', () => {
      upstream.write(requestHead(request));
      if (head.length > 0) upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
    socket.on('close', () => upstream.destroy());
    upstream.on('close', () => socket.destroy());
  }

  #pagePolicy(): { nonce: string; policy: string } {
    const nonce = createNonce();
    return { nonce, policy: contentSecurityPolicy(nonce, this.#development) };
  }
}

/** Ends a connection that asked for another protocol where there is none. */
export function refuseUpgrade(socket: Duplex): void {
  socket.on('error', () => undefined);
  socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
}

function wantsPage(request: IncomingMessage): boolean {
  return request.headers.accept?.includes('text/html') ?? false;
}

function notYet(request: IncomingMessage, response: ServerResponse): void {
  const page = wantsPage(request);
  const body = page ? startingPage() : 'The console is starting.\n';
  for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value);
  if (page) response.setHeader('content-security-policy', contentSecurityPolicy(createNonce(), false));
  response.writeHead(503, {
    'content-type': page ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'retry-after': RETRY_AFTER_S,
    'content-length': Buffer.byteLength(body),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
  request.resume();
}

type PagePolicy = { nonce: string; policy: string };

/** The client's headers without hop-by-hop ones; Next reads the nonce for its scripts from the policy header. */
function forwardedHeaders(request: IncomingMessage, page: PagePolicy | undefined): string[] {
  const headers = endToEnd(request.rawHeaders, GIVEN);
  if (page) headers.push('content-security-policy', page.policy, 'x-nonce', page.nonce);
  if (request.headers['transfer-encoding'] !== undefined) headers.push('transfer-encoding', 'chunked');
  return headers;
}

function answerHeaders(answer: IncomingMessage, page: PagePolicy | undefined): string[] {
  const headers = endToEnd(answer.rawHeaders, OURS);
  for (const [name, value] of SECURITY_HEADERS) headers.push(name, value);
  if (page) headers.push('content-security-policy', page.policy);
  return headers;
}

function requestHead(request: IncomingMessage): string {
  const lines = [`${request.method} ${request.url} HTTP/1.1`];
  const raw = request.rawHeaders;
  for (let index = 0; index + 1 < raw.length; index += 2) lines.push(`${raw[index]}: ${raw[index + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
