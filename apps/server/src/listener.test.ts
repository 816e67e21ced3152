// The listener: each path to its room, pages with a policy, limits on heads, a drain that cuts nothing short.
import { once } from 'node:events';
import {
  Agent,
  type ClientRequest,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ConsoleLink } from './console-link.ts';
import { Drain } from './drain.ts';
import { createListener, type ListenerParts, roomOf } from './listener.ts';
import { loopback } from './testing/loopback.ts';

const { close, closers, listening } = loopback();
afterEach(close);

const say = (text: string) => (_request: IncomingMessage, response: ServerResponse) =>
  void response.end(text);

async function start(extra: Partial<ListenerParts> = {}) {
  const page = new ConsoleLink({ development: false });
  closers.push(() => page.close());
  const parts: ListenerParts = {
    gateway: say('gateway'),
    explain: say('explain'),
    api: say('api'),
    console: page,
    drain: new Drain(),
    trustedProxyHops: 0,
    ...extra,
  };
  const server = createListener(parts);
  return { server, page, drain: parts.drain, port: await listening(server) };
}

type Answer = { status: number; headers: IncomingMessage['headers']; body: string };

type SendOptions = { headers?: Record<string, string>; agent?: Agent; method?: string };

function send(port: number, path: string, options: SendOptions = {}) {
  const request: ClientRequest = httpRequest({ port, host: '127.0.0.1', path, agent: false, ...options });
  const answer = new Promise<Answer>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      let body = '';
      response.on('error', reject);
      response.on('data', (chunk) => {
        body += String(chunk);
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
  });
  request.end();
  return answer;
}

const HTML = { accept: 'text/html' };

describe('listener', () => {
  it.each([
    ['/v1/messages', 'gateway'],
    ['/api/v1/explain?path=/v1/messages', 'explain'],
    ['/v1', 'gateway'],
    ['/v1?x', 'gateway'],
    ['/v12', 'console'],
    ['/api/users', 'api'],
    ['/api/v1/usage/me', 'api'],
    ['/apikeys', 'console'],
    ['/', 'console'],
  ])('knows the room of %s', (url, room) => {
    expect(roomOf(url)).toBe(room);
  });

  it('leads each path to its room, and says when a room is not here', async () => {
    const { port } = await start();
    expect((await send(port, '/v1/models')).body).toBe('gateway');
    expect((await send(port, '/api/me')).body).toBe('api');
    const closed = await start({ gateway: undefined });
    expect(await send(closed.port, '/v1/models')).toMatchObject({ status: 503 });
  });

  it('without a console the base address answers by itself: HEAD with nothing, GET with a sentence', async () => {
    const { port, drain } = await start({ console: undefined });
    for (const path of ['/', '/?beta=true']) {
      const head = await send(port, path, { method: 'HEAD' });
      expect(head).toMatchObject({ status: 200, body: '' });
      const { status, body, headers } = await send(port, path);
      expect([status, body]).toEqual([200, 'This instance relays model calls on /v1. It has no console.\n']);
      expect(headers).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'x-frame-options': 'DENY',
      });
    }
    for (const [path, method] of [
      ['/', 'POST'],
      ['/login', 'GET'],
      ['//', 'GET'],
    ] as const)
      expect((await send(port, path, { method })).status).toBe(503);
    drain.run({ graceMs: 0, timeoutMs: 0, closeDoors: () => {}, cutShort: () => {} });
    while (drain.accepts) await new Promise((resolve) => setImmediate(resolve));
    expect((await send(port, '/', { method: 'HEAD' })).status).toBe(503);
  });

  it('with neither gateway nor console it does not', async () => {
    const { port } = await start({ console: undefined, gateway: undefined });
    expect((await send(port, '/', { method: 'HEAD' })).status).toBe(503);
  });

  it('shows a page in both languages that reloads itself while the console starts', async () => {
    const { port } = await start();
    const answer = await send(port, '/', { headers: HTML });
    expect(answer.status).toBe(503);
    expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
    for (const part of ['http-equiv="refresh"', '控制台正在启动', 'The console is starting']) {
      expect(answer.body).toContain(part);
    }
    expect((await send(port, '/_next/x.js')).headers['content-type']).toContain('text/plain');
  });

  it('gives pages a fresh nonce, tells the console of it, and hides what only the hop may see', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const console = await listening(
      createServer((request, response) => {
        seen.push(request.headers);
        response.setHeader('content-security-policy', 'weak');
        response.end('page');
      }),
    );
    const { port, page } = await start();
    page.moveTo(console);
    const headers = { ...HTML, 'x-nonce': 'forged', 'x-forwarded-for': '6.6.6.6', cookie: 'a=b' };
    const first = await send(port, '/login', { headers });
    const second = await send(port, '/login', { headers });
    expect(first.body).toBe('page');
    const policy = String(first.headers['content-security-policy']);
    expect(policy).toContain(`'nonce-${seen[0]?.['x-nonce']}'`);
    expect(policy).not.toContain('unsafe-eval');
    expect(seen[0]?.['content-security-policy']).toBe(policy);
    expect(seen[0]).toMatchObject({ 'x-forwarded-for': '127.0.0.1', cookie: 'a=b' });
    expect(second.headers['content-security-policy']).not.toBe(policy);
    expect(first.headers['x-frame-options']).toBe('DENY');
  });

  it('carries a request body to the console and its answer back', async () => {
    const console = await listening(createServer((request, response) => void request.pipe(response)));
    const { port, page } = await start();
    page.moveTo(console);
    const text = 'x'.repeat(300_000);
    const answer = await fetch(`http://127.0.0.1:${port}/echo`, { method: 'POST', body: text });
    expect(await answer.text()).toBe(text);
  });

  it('joins an upgraded connection with the console in development, and refuses it on /v1', async () => {
    const console = createServer();
    console.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\n');
      socket.pipe(socket);
    });
    const page = new ConsoleLink({ development: true });
    closers.push(() => page.close());
    page.moveTo(await listening(console));
    const { port } = await start({ console: page });
    const talk = async (path: string, until: string) => {
      const socket = connect(port, '127.0.0.1');
      closers.push(() => socket.destroy());
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\n`);
      let text = '';
      while (!text.includes(until)) text += String((await once(socket, 'data'))[0]);
      return { socket, text };
    };
    const { socket, text } = await talk('/_next/hmr', '\r\n\r\n');
    expect(text).toContain('101 Switching');
    socket.write('ping');
    expect(String((await once(socket, 'data'))[0])).toBe('ping');
    expect((await talk('/v1/responses', '\r\n\r\n')).text).toContain('404');
  });

  it('answers 431 to a head that is too large', async () => {
    const { port } = await start();
    expect((await send(port, '/v1/x', { headers: { huge: 'x'.repeat(40_000) } })).status).toBe(431);
  });
});

describe('drain', () => {
  it('is not ready at once, serves during the grace time, then closes, and lets what runs end', async () => {
    let finish = () => {};
    const running = new Promise<void>((resolve) => {
      closers.push(resolve);
      finish = resolve;
    });
    let arrived = () => {};
    const inside = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const gateway = async (request: IncomingMessage, response: ServerResponse) => {
      if (request.url !== '/v1/slow') return void response.end('quick');
      response.write('first ');
      arrived();
      await running;
      response.end('last');
    };
    const { port, drain, server } = await start({ gateway });
    const agent = new Agent({ keepAlive: true });
    closers.push(() => agent.destroy());
    const slow = send(port, '/v1/slow', { agent });
    await inside;
    const closed = once(server, 'close');
    const drained = drain.run({
      ...{ graceMs: 100, timeoutMs: 10_000, closeDoors: () => server.close() },
      cutShort: () => expect.unreachable('nothing was left over'),
    });
    expect(drain.ready).toBe(false);
    const late = await send(port, '/v1/quick', { agent });
    expect(late).toMatchObject({ body: 'quick', headers: { connection: 'close' } });
    while (drain.accepts) await new Promise((resolve) => setImmediate(resolve));
    await expect(send(port, '/v1/quick')).rejects.toThrow('ECONNREFUSED');
    finish();
    expect((await slow).body).toBe('first last');
    expect(await drained).toEqual({ leftOver: 0 });
    agent.destroy();
    await closed;
  });

  it('when its time is over tells what is left to end, and counts it', async () => {
    let endNow = () => {};
    const { port, drain, server } = await start({
      gateway: (_request, response) => {
        response.write('first ');
        endNow = () => response.end('cut');
      },
    });
    const answer = send(port, '/v1/slow');
    while (drain.inFlight === 0) await new Promise((resolve) => setImmediate(resolve));
    const closeDoors = () => server.close();
    const result = await drain.run({ graceMs: 0, timeoutMs: 20, closeDoors, cutShort: () => endNow() });
    expect(result).toEqual({ leftOver: 1 });
    expect((await answer).body).toBe('first cut');
  });
});
