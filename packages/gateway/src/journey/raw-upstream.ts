// An upstream that answers exactly what a test tells it, over a real socket.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { portOf } from './harness.ts';

/** An answer, or what happens to the socket instead of one. */
export type RawAnswer =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Objects are sent as JSON. */
      readonly body: string | object;
    }
  | 'silence'
  | 'close'
  | 'reset';

export type RawUpstream = {
  readonly url: string;
  readonly seen: { readonly path: string; readonly body: string }[];
  close(): Promise<void>;
};

export async function rawUpstream(answer: (path: string, body: string) => RawAnswer): Promise<RawUpstream> {
  const seen: { path: string; body: string }[] = [];
  const server = createServer(async (req, res) => {
    const body = await textOf(req).catch(() => null);
    if (body === null) return;
    seen.push({ path: req.url ?? '', body });
    give(answer(req.url ?? '', body), req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    seen,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function give(answer: RawAnswer, req: IncomingMessage, res: ServerResponse): void {
  switch (answer) {
    case 'silence':
      return;
    case 'close':
      req.socket.end();
      return;
    case 'reset':
      req.socket.resetAndDestroy();
      return;
    default: {
      const { status, headers, body } = answer;
      res.writeHead(status, { 'content-type': 'application/json', ...headers });
      res.end(typeof body === 'string' ? body : JSON.stringify(body));
    }
  }
}

async function textOf(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part);
  return Buffer.concat(parts).toString();
}
