// The floor: `node:http` in front, undici's `dispatch` behind, and a look at the usage on the way. Nothing else.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import process from 'node:process';
import { type Dispatcher, Pool } from 'undici';
import { sendToParent } from './measure/messages.ts';

const DROPPED = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive']);
const USAGE = Buffer.from('"usage"');
/** Usage stands near the end of a body, and in one of the last events of a stream. */
const LOOKED_AT = 600;

/** Passes one answer on. */
class Passage implements Dispatcher.DispatchHandler {
  readonly #res: ServerResponse;
  #controller: Dispatcher.DispatchController | null = null;
  #tail: Buffer | null = null;
  usage = '';

  constructor(res: ServerResponse) {
    this.#res = res;
    res.once('close', () => {
      if (!res.writableFinished) this.#controller?.abort(new Error('the client left'));
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    const flat: string[] = [];
    for (const name in headers) {
      if (name === 'connection' || name === 'transfer-encoding' || name === 'keep-alive') continue;
      flat.push(name, String(headers[name]));
    }
    this.#res.writeHead(status, flat);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (chunk.includes(USAGE)) this.#tail = chunk;
    if (this.#res.write(chunk)) return;
    controller.pause();
    this.#res.once('drain', () => controller.resume());
  }

  onResponseEnd(): void {
    const tail = this.#tail;
    if (tail) this.usage = tail.toString('latin1', Math.max(0, tail.length - LOOKED_AT));
    this.#res.end();
  }

  onResponseError(): void {
    this.#res.destroy();
  }
}

function relay(pool: Pool, req: IncomingMessage, res: ServerResponse): void {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    const headers: string[] = [];
    for (const name in req.headers) {
      if (!DROPPED.has(name)) headers.push(name, String(req.headers[name]));
    }
    const [first] = chunks;
    const body = chunks.length === 1 && first ? first : Buffer.concat(chunks);
    pool.dispatch({ path: req.url ?? '/', method: 'POST', headers, body }, new Passage(res));
  });
}

const pool = new Pool(`http://127.0.0.1:${process.argv[2]}`, {
  connections: 4_096,
  pipelining: 1,
  keepAliveTimeout: 20_000,
  headersTimeout: 0,
  bodyTimeout: 0,
  allowH2: false,
  connect: { noDelay: true },
});
const server = createServer({ noDelay: true, keepAliveTimeout: 75_000 }, (req, res) => relay(pool, req, res));
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
  const address = server.address();
  sendToParent({ ready: { port: typeof address === 'object' && address !== null ? address.port : 0 } });
});
process.on('disconnect', () => process.exit(0));
