// Promise: connections are used again only where nothing can be mixed up, and every request is told how it ended.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { PoolFull, type UpstreamControl } from '../handler.ts';
import { OriginPool, type OriginPoolOptions } from './origin-pool.ts';

type Outcome = { status: number; content: string; error: (Error & { code?: string }) | null };

/** One request to the pool: its end, its steering, and its bytes as they come. */
class Asked {
  readonly done: Promise<Outcome>;
  control: UpstreamControl | null = null;
  bytes = 0;
  readonly #first = Promise.withResolvers<void>();
  readonly first = this.#first.promise;

  constructor(pool: OriginPool, { path = '/', body = null }: { path?: string; body?: Buffer | null } = {}) {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.done = promise;
    const content: Buffer[] = [];
    let status = 0;
    const end = (error: Error | null) =>
      resolve({ status, content: Buffer.concat(content).toString('latin1'), error });
    pool.dispatch(
      { method: body ? 'POST' : 'GET', path, headers: [], body },
      {
        onRequestStart: (control) => {
          this.control = control;
        },
        onResponseStart: (_control, code) => {
          status = code;
        },
        onResponseData: (_control, chunk) => {
          this.bytes += chunk.length;
          if (content.length < 100) content.push(chunk);
          this.#first.resolve();
        },
        onResponseEnd: () => end(null),
        onResponseError: (_control, error) => end(error),
      },
    );
  }
}

/** A server that hands each request's head to `answer`, with the number of its connection. */
type Answer = (request: { path: string; connection: number; socket: Socket }) => void;

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function serve(answer: Answer): Promise<{ server: Server; origin: string; connections: () => number }> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const connection = ++connections;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        const path = text.split(' ')[1] ?? '';
        text = text.slice(end + 4);
        answer({ path, connection, socket });
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return { server, origin: `http://127.0.0.1:${port}`, connections: () => connections };
}

function poolFor(origin: string, over: Partial<OriginPoolOptions> = {}): OriginPool {
  const pool = new OriginPool({
    origin,
    connections: 8,
    connectTimeoutMs: 2_000,
    keepAliveMs: 10_000,
    ...over,
  });
  closing.push(() => pool.close());
  return pool;
}

const answerOf = (content: string, more = '') =>
  `HTTP/1.1 200 OK\r\n${more}content-length: ${content.length}\r\n\r\n${content}`;
const numbered: Answer = ({ connection, socket }) => void socket.write(answerOf(String(connection)));

it('one after the other share a connection; at the same time each has its own; above the limit a request is told at once', async () => {
  const { origin, connections } = await serve(numbered);
  const pool = poolFor(origin, { connections: 3 });
  for (let index = 0; index < 5; index++) expect((await new Asked(pool).done).content).toBe('1');
  const many = Array.from({ length: 20 }, () => new Asked(pool).done);
  for (const late of many.slice(3)) expect((await late).error).toBeInstanceOf(PoolFull);
  const first = await Promise.all(many.slice(0, 3));
  expect(first.map(({ content }) => content).toSorted()).toEqual(['1', '2', '3']);
  expect((await new Asked(pool).done).error).toBeNull();
  expect(connections()).toBe(3);
});

it.each([
  ['says that it closes', answerOf('x', 'connection: close\r\n')],
  ['is HTTP/1.0', answerOf('x').replace('1.1', '1.0')],
  ['sends more than its answer', `${answerOf('x')}HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\ny`],
  ['keeps idle connections for no time', answerOf('x', 'keep-alive: timeout=1\r\n')],
])('a server that %s gets a new connection each time', async (_name, answer) => {
  const { origin, connections } = await serve(({ socket }) => void socket.write(answer));
  const pool = poolFor(origin);
  for (let index = 0; index < 3; index++)
    expect(await new Asked(pool).done).toMatchObject({ status: 200, content: 'x', error: null });
  expect(connections()).toBe(3);
});

it('an answer before the request was read whole is an answer, and the end of the connection', async () => {
  const { origin, connections } = await serve(({ socket }) => {
    socket.pause();
    socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nbig');
  });
  const pool = poolFor(origin);
  const body = Buffer.alloc(20 * 1024 * 1024);
  expect(await new Asked(pool, { body }).done).toMatchObject({ status: 413, content: 'big', error: null });
  expect(await new Asked(pool).done).toMatchObject({ status: 413 });
  expect(connections()).toBe(2);
});

it('bytes without a question close the idle connection, and reach nobody', async () => {
  const sockets: Socket[] = [];
  const { origin, connections } = await serve((request) => {
    sockets.push(request.socket);
    numbered(request);
  });
  const pool = poolFor(origin);
  await new Asked(pool).done;
  const [idle] = sockets;
  idle?.write(answerOf('planted'));
  if (idle) await once(idle, 'close');
  expect((await new Asked(pool).done).content).toBe('2');
  expect(connections()).toBe(2);
});

it('bytes that come before the request was written are no answer to it', async () => {
  const sockets: Socket[] = [];
  const { origin } = await serve((request) => {
    sockets.push(request.socket);
    numbered(request);
  });
  const pool = poolFor(origin);
  await new Asked(pool).done;
  // Both are readable in the same turn: the bell, which makes the request, and then what was planted.
  const asked = Promise.withResolvers<Asked>();
  const bell = await serve(({ path, socket }) => {
    if (path === '/ring') asked.resolve(new Asked(pool));
    else socket.write('listening');
  });
  const rope = connect(Number(new URL(bell.origin).port), '127.0.0.1');
  closing.push(() => rope.destroy());
  rope.write('GET /ready HTTP/1.1\r\n\r\n');
  await once(rope, 'data');
  rope.write('GET /ring HTTP/1.1\r\n\r\n');
  sockets[0]?.write(answerOf('planted'));
  expect(await (await asked.promise).done).toMatchObject({
    status: 0,
    content: '',
    error: { code: 'ECONNRESET' },
  });
  expect((await new Asked(pool).done).content).toBe('2');
});

it('a connection that the server closed meanwhile fails one request at most; the next has a fresh one', async () => {
  // Answers first requests and drops connections at their second, as a proxy that forgot them does.
  const seen = new Map<number, number>();
  const { origin } = await serve((request) => {
    const count = (seen.get(request.connection) ?? 0) + 1;
    seen.set(request.connection, count);
    if (count === 1) numbered(request);
    else request.socket.resetAndDestroy();
  });
  const pool = poolFor(origin);
  await Promise.all(Array.from({ length: 5 }, () => new Asked(pool).done));
  const [failed, next] = [await new Asked(pool).done, await new Asked(pool).done];
  expect(failed.error?.code).toBe('ECONNRESET');
  expect(next).toMatchObject({ status: 200, error: null });
});

it.each([
  ['before a byte', ''],
  ['within the head', 'HTTP/1.1 200 O'],
  ['within the content', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'],
  ['between chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
])('a connection that ends %s is an error', async (_name, sent) => {
  const { origin } = await serve(({ socket }) => void socket.end(sent, 'latin1'));
  const { error } = await new Asked(poolFor(origin)).done;
  expect(error?.code).toBe('ECONNRESET');
});

it('an answer that ends with its connection is whole', async () => {
  const { origin } = await serve(({ socket }) => void socket.end('HTTP/1.1 200 OK\r\n\r\nall of it'));
  expect(await new Asked(poolFor(origin)).done).toMatchObject({ content: 'all of it', error: null });
});

it('what is no HTTP is an error', async () => {
  const { origin } = await serve(({ socket }) => void socket.write('220 mail.test ESMTP\r\n\r\n'));
  expect((await new Asked(poolFor(origin)).done).error?.code).toBe('HTTP_RESPONSE_SYNTAX');
});

it('an aborted request closes its connection, wherever it is', async () => {
  const closed: Promise<unknown>[] = [];
  const asked = Promise.withResolvers<void>();
  const { origin, connections } = await serve(({ path, connection, socket }) => {
    if (path !== '/hang') return numbered({ path, connection, socket });
    closed.push(once(socket, 'close'));
    asked.resolve();
  });
  const pool = poolFor(origin, { connections: 1 });
  const hanging = new Asked(pool, { path: '/hang' });
  await asked.promise;
  hanging.control?.abort(new Error('left'));
  expect((await new Asked(pool).done).content).toBe('2');
  await Promise.all(closed);
  const connecting = new Asked(poolFor(origin));
  connecting.control?.abort(new Error('left'));
  expect((await new Asked(pool).done).content).toBe('2');
  expect(connections()).toBeLessThanOrEqual(3);
});

it('a request that has ended can no longer stop the one after it on its connection', async () => {
  const { origin, connections } = await serve(numbered);
  const pool = poolFor(origin);
  const first = new Asked(pool);
  await first.done;
  const second = new Asked(pool);
  first.control?.pause();
  first.control?.abort(new Error('late'));
  expect(await second.done).toMatchObject({ content: '1', error: null });
  expect(connections()).toBe(1);
});

it('a paused answer stops coming, and goes on where it was', async () => {
  const total = 8 * 1024 * 1024;
  const { origin } = await serve(({ socket }) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${total}\r\n\r\n`);
    socket.write(Buffer.alloc(total, 0x61));
  });
  const pool = poolFor(origin);
  const big = new Asked(pool);
  await big.first;
  big.control?.pause();
  const atPause = big.bytes;
  // Another answer comes whole in the meantime: time enough for the first, were it not paused.
  await new Asked(pool).done;
  expect(big.bytes).toBe(atPause);
  expect(atPause).toBeLessThan(total / 2);
  big.control?.resume();
  expect((await big.done).error).toBeNull();
  expect(big.bytes).toBe(total);
});

it('nobody there, nobody in time, and nobody allowed are told apart', async () => {
  const { server, origin } = await serve(numbered);
  server.close();
  await once(server, 'close');
  expect((await new Asked(poolFor(origin)).done).error?.code).toBe('ECONNREFUSED');
  const refusing = poolFor(origin, {
    lookup: (_name, _options, callback) =>
      callback(Object.assign(new Error('no'), { code: 'EADDRNOTALLOWED' }), ''),
  });
  expect((await new Asked(refusing).done).error?.code).toBe('EADDRNOTALLOWED');
  // A look-up that never answers is a connection that never comes.
  const silent = poolFor('http://upstream.test', { connectTimeoutMs: 20, lookup: () => undefined });
  expect((await new Asked(silent).done).error?.code).toBe('ETIMEDOUT');
});

it('a pool that is closed fails what is under way, and takes no more', async () => {
  const asked = Promise.withResolvers<void>();
  const { origin } = await serve(() => asked.resolve());
  const pool = poolFor(origin, { connections: 1 });
  const running = new Asked(pool);
  await asked.promise;
  pool.close();
  expect((await running.done).error?.message).toBe('The pool was closed.');
  expect(() => new Asked(pool)).toThrow('The pool is closed.');
});

it('refused addresses give their places back', async () => {
  const lookup: OriginPoolOptions['lookup'] = (_name, _options, callback) =>
    callback(Object.assign(new Error('no'), { code: 'EADDRNOTALLOWED' }), '');
  const pool = poolFor('http://127.0.0.1:9', { connections: 2, lookup });
  for (let index = 0; index < 6; index++)
    expect((await new Asked(pool).done).error?.code).toBe('EADDRNOTALLOWED');
});
