// Promise: a proxy that leads nowhere is an upstream that can't be reached, known within the connect deadline and told without its credentials.
import { createServer, type Server, type Socket } from 'node:net';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Channel } from '../snapshot.ts';
import { call, channel, portOf, snapshot, startRelay } from './harness.ts';

let fake: FakeUpstream;
let proxy: Server | null = null;
let open: Socket[] = [];
/** Heads of all requests for a tunnel. */
let asked: string[] = [];

beforeAll(async () => {
  fake = await startFakeUpstream();
});
afterEach(() => {
  for (const socket of open) socket.destroy();
  proxy?.close();
  [open, asked] = [[], []];
});
afterAll(() => fake.close());

/** A proxy that does `then` with each request for a tunnel. */
async function startProxy(then: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    open.push(socket.on('error', () => {}));
    socket.once('data', (head) => {
      asked.push(head.toString());
      then(socket);
    });
  });
  proxy = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://name:pass%20word@127.0.0.1:${portOf(server.address())}`;
}

const WAY = { baseUrl: 'http://upstream.invalid', connectTimeoutMs: 500, firstByteTimeoutMs: 60_000 };

async function send(over: Partial<Channel>, others: Channel[] = []) {
  const one = channel({ ...WAY, id: 'a', ...over });
  const relay = await startRelay(snapshot([one, ...others]));
  const body = { model: 'fake-gpt', messages: [{ role: 'user', content: 'x' }] };
  const began = performance.now();
  const got = await call({ port: relay.port, path: '/v1/chat/completions', body });
  const tookMs = performance.now() - began;
  await relay.close();
  return { got, tookMs, record: relay.records[0] };
}

const REFUSED = (status: number) => `The proxy refused the connection with status ${status}.`;

it.each([
  ['407', REFUSED(407), 'HTTP/1.1 407 Who are you\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n'],
  ['502', REFUSED(502), 'HTTP/1.1 502 Bad Gateway\r\n\r\n<html>'],
  ['302', REFUSED(302), 'HTTP/1.0 302 Found\r\nlocation: http://127.0.0.1/\r\n\r\n'],
  ['other words', 'The proxy did not answer in HTTP.', 'SSH-2.0-x\r\n\r\n'],
  ['a head without end', 'The proxy did not answer in HTTP.', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}`],
  [
    'more than a head',
    'The proxy sent more than its answer.',
    'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
  ],
  ['its end', 'The proxy closed the connection before it had answered.', ''],
])('a proxy that answers with %s', async (_what, why, answer) => {
  const proxyUrl = await startProxy((socket) => void socket.end(answer));
  const { got, record } = await send({ proxyUrl });
  expect(got).toMatchObject({ status: 502, json: { error: { code: 'connect' } } });
  expect(record).toMatchObject({ errorCode: 'connect', errorText: why });
  expect(record?.attempts.map(({ status, reason }) => [status, reason])).toEqual([
    [null, 'connect'],
    [null, 'connect'],
  ]);
  const credentials = Buffer.from('name:pass word').toString('base64');
  expect(asked).toEqual(
    Array(2).fill(expect.stringContaining(`proxy-authorization: Basic ${credentials}\r\n`)),
  );
  const shown = `${got.text} ${JSON.stringify(got.headers)} ${record?.errorText}`;
  for (const part of ['name', 'pass', credentials, '127.0.0.1', 'upstream.invalid'])
    expect(shown).not.toContain(part);
});

it.each([
  ['http', { baseUrl: 'http://upstream.invalid' }],
  ['https', { baseUrl: 'https://upstream.invalid' }],
  ['https over HTTP/2', { baseUrl: 'https://upstream.invalid', http2: true }],
])('a proxy that says nothing has no longer than the connect deadline (%s)', async (_name, over) => {
  const proxyUrl = await startProxy(() => {});
  const { got, record, tookMs } = await send({ proxyUrl, ...over });
  expect(got.status).toBe(502);
  expect(record).toMatchObject({
    errorCode: 'connect',
    errorText: 'The way through the proxy did not open in time.',
  });
  // Once more on a fresh socket.
  expect(asked).toHaveLength(2);
  expect(tookMs).toBeLessThan(2 * WAY.connectTimeoutMs + 1_000);
  await expect
    .poll(() => open.every(({ destroyed, readableEnded }) => destroyed || readableEnded))
    .toBe(true);
});

it('CONNECT and the handshake behind it have that time together', async () => {
  const proxyUrl = await startProxy((socket) => {
    setTimeout(() => socket.write('HTTP/1.1 200 OK\r\n\r\n'), 350);
  });
  const { record } = await send({ proxyUrl, baseUrl: 'https://upstream.invalid' });
  expect(record).toMatchObject({ errorCode: 'connect' });
  for (const { durationMs } of record?.attempts ?? []) expect(durationMs).toBeLessThan(800);
});

it('a proxy that is gone is named by its address alone', async () => {
  const { record } = await send({ proxyUrl: 'http://name:pass%20word@127.0.0.1:9' });
  const errorText = 'The proxy could not be reached: connect ECONNREFUSED 127.0.0.1:9';
  expect(record).toMatchObject({ errorCode: 'connect', errorText });
});

it('another channel takes over', async () => {
  const proxyUrl = await startProxy((socket) => void socket.end('HTTP/1.1 503 Busy\r\n\r\n'));
  const { got, record } = await send({ proxyUrl, priority: 1 }, [channel({ id: 'b', baseUrl: fake.url })]);
  expect(got.status).toBe(200);
  expect(record?.attempts.map(({ channelId, reason }) => `${channelId} ${reason}`)).toEqual([
    'a connect',
    'a connect',
    'b ok',
  ]);
});
