// A way to PostgreSQL that counts the statements which pass, by the name of the application that sends them.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type StatementCounter = {
  /** The same database through the counter. */
  readonly url: string;
  /** Statements since the last call of `reset`, by application name. */
  counts(): ReadonlyMap<string, number>;
  reset(): void;
  /** Keeps back what is sent from now on, until `thaw`. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
};

const PARSE = 0x50;
const QUERY = 0x51;

/** Starts it in front of a server that is asked without TLS. */
export async function countStatements(databaseUrl: string): Promise<StatementCounter> {
  const target = new URL(databaseUrl);
  const counts = new Map<string, number>();
  const clients = new Set<Socket>();
  let frozen = false;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    const reader = new FrontendReader((application) =>
      counts.set(application, (counts.get(application) ?? 0) + 1),
    );
    clients.add(client);
    client.on('data', (bytes: Buffer) => {
      reader.read(bytes);
      upstream.write(bytes);
    });
    if (frozen) client.pause();
    upstream.on('data', (bytes: Buffer) => client.write(bytes));
    const end = (): void => {
      clients.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' && address !== null ? address.port : 0);
  return {
    url: url.href,
    counts: () => counts,
    reset: () => counts.clear(),
    freeze: () => {
      frozen = true;
      for (const client of clients) client.pause();
    },
    thaw: () => {
      frozen = false;
      for (const client of clients) client.resume();
    },
    close: async () => {
      for (const client of clients) client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/**
 * Reads what a client says: the startup message, then a type byte and a length for each message. A statement is one
 * Query, or one Parse (its Bind and Execute belong to it).
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
class FrontendReader {
  readonly #onStatement: (application: string) => void;
  #rest: Buffer = Buffer.alloc(0);
  #application: string | undefined;

  constructor(onStatement: (application: string) => void) {
    this.#onStatement = onStatement;
  }

  read(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const head = this.#application === undefined ? 0 : 1;
      if (this.#rest.length < head + 4) return;
      const end = head + this.#rest.readInt32BE(head);
      if (this.#rest.length < end) return;
      this.#message(this.#rest.subarray(0, end));
      this.#rest = this.#rest.subarray(end);
    }
  }

  #message(message: Buffer): void {
    if (this.#application === undefined) {
      const words = message.toString('utf8', 8).split('\0');
      this.#application = words[words.indexOf('application_name') + 1] ?? '';
    } else if (message[0] === PARSE || message[0] === QUERY) this.#onStatement(this.#application);
  }
}
