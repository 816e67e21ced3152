// Promise: what ends with its terminal event is whole, however its connection ends, and nobody waits for that.
import { createServer, request, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { call, channel, KEY, PRICE, portOf, snapshot, startRelay, type TestRelay } from './harness.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const START =
  'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":7}}}\n\n';
const DELTA = 'event: message_delta\ndata: {"type":"message_delta","usage":{"output_tokens":5}}\n\n';
const STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
const CHUNK = 'data: {"id":"c","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n';
const FINISH = 'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
const USAGE = 'data: {"id":"c","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":5}}\n\n';
const DONE = 'data: [DONE]\n\n';
const COMPLETED = `data: ${JSON.stringify({
  type: 'response.completed',
  response: { id: 'r', usage: { input_tokens: 7, output_tokens: 5 } },
})}\n\n`;

type Asked = {
  path: string;
  after: (res: ServerResponse, relay: TestRelay) => void;
  includeUsage?: boolean;
  afterEndMs?: number;
};

/** One stream of an upstream that writes `text`, then does `after`. */
async function stream(text: string, asked: Asked) {
  const { path, after, includeUsage = false, afterEndMs = 300 } = asked;
  const closed = Promise.withResolvers<void>();
  const server = createServer((req, res) => {
    req.resume();
    res.once('close', closed.resolve);
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(text, () => after(res, relay));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${portOf(server.address())}`;
  const claude = path === '/v1/messages';
  const one = channel({
    ...{ id: 'a', baseUrl, type: claude ? 'claude' : 'openai', idleTimeoutMs: 6_000 },
    protocols: claude ? ['anthropic-messages'] : ['openai-chat', 'openai-responses'],
  });
  const prices = new Map([['m', [PRICE]]]);
  const relay = await startRelay(snapshot([one], { prices, patience: { afterEndMs } }));
  open.push(relay, { close: () => server.close().closeAllConnections() });
  const options = includeUsage ? { stream_options: { include_usage: true } } : {};
  const body = { model: 'm', stream: true, max_tokens: 9, messages: [], input: 'x', ...options };
  const beganMs = performance.now();
  const got = await call({ port: relay.port, path, body });
  return { got, tookMs: performance.now() - beganMs, record: relay.records[0], closed: closed.promise };
}

const streams: [string, string][] = [
  ['/v1/messages', START + DELTA + STOP],
  ['/v1/chat/completions', CHUNK + FINISH + DONE],
  ['/v1/responses', COMPLETED],
];

describe.each([
  ['is reset', (res: ServerResponse) => res.socket?.resetAndDestroy()],
  ['lacks its last chunk', (res: ServerResponse) => res.socket?.end()],
])('a stream whose connection %s after its last event', (_how, end) => {
  it.each(streams)('is whole, and paid for: %s', async (path, text) => {
    const { got, record } = await stream(text, { path, after: (res) => setTimeout(() => end(res), 20) });
    expect(got).toMatchObject({ status: 200, text, complete: true });
    expect(record).toMatchObject({ outcome: 'ok', errorCode: null });
    expect(record?.costNanoUsd).toBeGreaterThan(0n);
  });
});

it.each(streams)('an upstream that stays open after the end of %s holds nobody up', async (path, text) => {
  const { got, tookMs, record, closed } = await stream(text, { path, after: () => {} });
  expect(got).toMatchObject({ text, complete: true });
  expect(record?.outcome).toBe('ok');
  expect(tookMs).toBeLessThan(5_000);
  await closed;
});

describe('asked for usage, and the upstream stays open', () => {
  const path = '/v1/chat/completions';
  it('without having sent any: an estimated chunk and the end come after a moment', async () => {
    const text = CHUNK + FINISH + DONE;
    const { got, record, closed } = await stream(text, { path, after: () => {}, includeUsage: true });
    expect(got.text.startsWith(CHUNK + FINISH)).toBe(true);
    expect(got.text.match(/"usage":\{/g)).toHaveLength(1);
    expect(got.text.endsWith(DONE)).toBe(true);
    expect(got.complete).toBe(true);
    expect(record).toMatchObject({ outcome: 'ok', usage: { estimated: true } });
    await closed;
  });

  it('and sends it after the end: that one comes before the end', async () => {
    const text = CHUNK + FINISH + DONE;
    const after = (res: ServerResponse) => setTimeout(() => res.write(USAGE), 50);
    const { got, record } = await stream(text, { path, after, includeUsage: true });
    expect(got.text).toBe(CHUNK + FINISH + USAGE + DONE);
    expect(record).toMatchObject({ outcome: 'ok', usage: { input: 7, output: 5, estimated: false } });
  });
});

it('a relay that stops meanwhile sends what was held back', async () => {
  const text = CHUNK + FINISH + DONE;
  const after = (_res: ServerResponse, relay: TestRelay) => setTimeout(() => relay.gateway.interrupt(), 200);
  const asked = { path: '/v1/chat/completions', after, includeUsage: true, afterEndMs: 5_000 };
  const { got, record } = await stream(text, asked);
  expect(got.text).toMatch(/"usage":\{.*\n\ndata: \[DONE\]\n\n$/);
  expect(record?.outcome).toBe('ok');
});

it('a client that goes with the last event has got the whole answer', async () => {
  const server = createServer((req, res) => {
    req.resume();
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(CHUNK + FINISH + DONE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const one = channel({ id: 'a', baseUrl: `http://127.0.0.1:${portOf(server.address())}` });
  const relay = await startRelay(snapshot([one], { patience: { afterEndMs: 5_000 } }));
  open.push(relay, { close: () => server.close().closeAllConnections() });
  const booked = relay.nextRecord();
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const path = '/v1/chat/completions';
  const req = request({ port: relay.port, path, method: 'POST', agent: false, headers });
  req
    .on('error', () => {})
    .on('response', (res) => {
      let text = '';
      res.on('error', () => {});
      res.on('data', (bytes: Buffer) => {
        text += bytes;
        if (text.includes('[DONE]')) req.destroy();
      });
    });
  req.end(JSON.stringify({ model: 'm', stream: true, messages: [] }));
  expect(await booked).toMatchObject({ outcome: 'ok', status: 200 });
});

it('a finish reason alone is no end: a reset after it is told', async () => {
  const after = (res: ServerResponse) => setTimeout(() => res.socket?.resetAndDestroy(), 20);
  const { got, record } = await stream(CHUNK + FINISH, { path: '/v1/chat/completions', after });
  expect(got.text).toContain('stream_truncated');
  expect(record?.outcome).toBe('upstream_truncated');
});
