// The fake upstream: an HTTP server that speaks the Anthropic and OpenAI protocols and counts what it delivers.
import { createServer, type Server } from 'node:http';
import { storedResponses } from './openai-responses/stored.ts';
import { type RouterOptions, route } from './router.ts';
import { type Witness, witnessBook } from './witness.ts';

export interface FakeUpstreamOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Credentials that are accepted (`x-api-key` or Bearer); without this all are, also none. */
  readonly apiKeys?: readonly string[];
  /** Ids and times follow from the request's body: the same request gets the same bytes. */
  readonly deterministic?: boolean;
}

export interface FakeUpstream {
  /** `http://host:port`, without `/v1`. */
  readonly url: string;
  readonly port: number;
  readonly witness: Witness;
  /** Forgets counts, scripted failures already given, and stored responses. */
  readonly reset: () => void;
  /** Stops listening and cuts every connection. */
  readonly close: () => Promise<void>;
}

const KEEP_ALIVE_MS = 30_000;

function listen(server: Server, port: number, host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', reject);
  server.listen(port, host, () => {
    server.off('error', reject);
    const address = server.address();
    resolve(typeof address === 'object' && address !== null ? address.port : port);
  });
  return promise;
}

/** Starts a fake upstream. Rejects when the port cannot be taken. */
export async function startFakeUpstream(options: FakeUpstreamOptions = {}): Promise<FakeUpstream> {
  const host = options.host ?? '127.0.0.1';
  const book = witnessBook(Date.now);
  const stored = storedResponses();
  const given = new Map<string, number>();
  const reset = () => {
    book.reset();
    stored.clear();
    given.clear();
  };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 });
  const port = await listen(server, options.port ?? 0, host);
  const routing: RouterOptions = {
    context: { book, stored, given, deterministic: options.deterministic === true, seed: String(port) },
    apiKeys: options.apiKeys ?? null,
    reset,
  };
  server.on('request', (request, response) => {
    route(routing, request, response).catch((cause: unknown) => {
      process.stderr.write(`fake upstream: ${cause instanceof Error ? cause.stack : String(cause)}\n`);
      response.destroy();
    });
  });
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    witness: book,
    reset,
    close: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      server.closeAllConnections();
      return promise;
    },
  };
}
