// Reads of the API before the reader and without it: each is answered once, by one of the two.
import { once } from 'node:events';
import { createServer, request as httpRequest, type RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import type { Handler } from './listener.ts';
import { ReaderLink } from './reader-link.ts';
import { loopback } from './testing/loopback.ts';

const { close, closers, listening } = loopback();
afterEach(close);

const own: Handler = (request, response) => {
  request.resume();
  response.end('worker');
};

const reading: RequestListener = (request, response) => {
  response.setHeader('set-cookie', ['a=1', 'b=2']);
  response.statusCode = 203;
  response.end(`reader ${request.url} ${request.headers['x-forwarded-for']}`);
};

/** A worker's listener with a link to the reader on `port`. */
async function worker(port: number | null, api: Handler = own): Promise<{ port: number; link: ReaderLink }> {
  const link = new ReaderLink({ answerTimeoutMs: 80 });
  closers.push(() => link.close());
  link.moveTo(port);
  const handle = link.before(api);
  const server = createServer((request, response) => {
    response.setHeader('x-frame-options', 'DENY');
    handle(request, response);
  });
  return { port: await listening(server), link };
}

type Answer = { status: number; text: string; cookies: unknown; frames: unknown };

async function ask(port: number, path: string, method = 'GET', body = ''): Promise<Answer> {
  const headers = { 'x-forwarded-for': '192.0.2.7', ...(body && { 'content-length': body.length }) };
  const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false });
  request.end(body);
  const [answer] = await once(request, 'response');
  return {
    status: answer.statusCode,
    text: await text(answer),
    cookies: answer.headers['set-cookie'],
    frames: answer.headers['x-frame-options'],
  };
}

it('a read is answered by the reader, with its status and headers and those of the listener', async () => {
  const { port } = await worker(await listening(createServer(reading)));
  expect(await ask(port, '/api/keys?limit=5')).toEqual({
    status: 203,
    text: 'reader /api/keys?limit=5 192.0.2.7',
    cookies: ['a=1', 'b=2'],
    frames: 'DENY',
  });
});

it('what changes something, has a body or asks the running server stays with the worker', async () => {
  const { port } = await worker(await listening(createServer(reading)));
  for (const [path, method, body] of [
    ['/api/keys', 'POST', '{}'],
    ['/api/keys', 'HEAD', ''],
    ['/api/keys', 'GET', '{}'],
    ['/api/channels', 'GET', ''],
    ['/api/auth/get-session', 'GET', ''],
    ['/api/health/ready', 'GET', ''],
  ] as const) {
    expect((await ask(port, path, method, body)).status, `${method} ${path}`).toBe(200);
  }
});

it('without a reader, and when it is lost, the worker answers itself', async () => {
  const { port, link } = await worker(null);
  expect((await ask(port, '/api/keys')).text).toBe('worker');
  const gone = createServer(reading);
  link.moveTo(await listening(gone));
  expect((await ask(port, '/api/keys')).text).toMatch(/^reader/);
  gone.close();
  gone.closeAllConnections();
  expect((await ask(port, '/api/keys')).text).toBe('worker');
  link.moveTo(null);
  expect((await ask(port, '/api/keys')).text).toBe('worker');
});

it('a reader that says nothing is waited for once, and asked again when it has moved', async () => {
  let asked = 0;
  const silent = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      asked += 1;
    });
  });
  const { port, link } = await worker(await listening(silent));
  for (let index = 0; index < 5; index++) expect((await ask(port, '/api/me')).text).toBe('worker');
  expect(asked).toBe(1);
  link.moveTo(await listening(createServer(reading)));
  expect((await ask(port, '/api/me')).text).toMatch(/^reader/);
});

it('an answer that breaks off is broken off for the client, not made whole by another', async () => {
  const breaking = createServer((_, response) => {
    response.setHeader('content-length', 10);
    response.write('half', () => response.destroy());
  });
  let asked = 0;
  const { port } = await worker(await listening(breaking), (request, response) => {
    asked += 1;
    own(request, response);
  });
  await expect(ask(port, '/api/me')).rejects.toThrow(/aborted/);
  expect(asked).toBe(0);
});

it('a client that leaves ends the question to the reader', async () => {
  const ended = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const slow = createServer((request) => {
    request.socket.once('close', () => ended.resolve());
    asked.resolve();
  });
  const { port } = await worker(await listening(slow));
  const request = httpRequest({ host: '127.0.0.1', port, path: '/api/me', agent: false });
  request.on('error', () => undefined);
  request.end();
  await asked.promise;
  request.destroy();
  await ended.promise;
});
