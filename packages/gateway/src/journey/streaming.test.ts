// Promise: nothing is buffered, nothing runs on for a client that left, and a slow client slows the upstream.
import { createServer, request } from 'node:http';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bothFamilies, call, KEY, PRICE, portOf, snapshot, startRelay, type TestRelay } from './harness.ts';

let fake: FakeUpstream;
let relay: TestRelay;
const messages = [{ role: 'user', content: 'x' }];
const ENDLESS = 'fake-model+events=100000,interval=5';
const HUGE = 'fake-model+huge=50';

beforeAll(async () => {
  fake = await startFakeUpstream();
  const prices = new Map([[ENDLESS, [PRICE]]]);
  relay = await startRelay(snapshot(bothFamilies(fake.url), { prices }));
});
afterAll(async () => {
  await relay.close();
  await fake.close();
});

it('an event every 250 ms arrives within 50 ms, also when the client accepts gzip', async () => {
  const upstream = createServer((_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    let left = 6;
    const timer = setInterval(() => {
      res.write(`data: {"choices":[{"delta":{"content":"${performance.now()}"}}]}\n\n`);
      if (--left === 0) {
        clearInterval(timer);
        res.end('data: [DONE]\n\n');
      }
    }, 250);
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const own = await startRelay(snapshot(bothFamilies(`http://127.0.0.1:${portOf(upstream.address())}`)));
  const body = { model: 'm', stream: true, messages };
  const headers = { 'accept-encoding': 'gzip' };
  const got = await call({ port: own.port, path: '/v1/chat/completions', body, headers });
  await own.close();
  upstream.close();
  const delays = got.chunks.flatMap((chunk) =>
    [...chunk.bytes.toString().matchAll(/"content":"([\d.]+)"/g)].map(
      (match) => chunk.atMs - Number(match[1]),
    ),
  );
  expect(delays).toHaveLength(6);
  // A buffered event would come with the next one, 250 ms later. One late event may be the machine's doing, not three.
  const sorted = delays.toSorted((a, b) => a - b);
  expect(sorted[3]).toBeLessThan(50);
  expect(sorted[5]).toBeLessThan(200);
  expect(got.headers).toMatchObject({ 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' });
  expect(got.headers).not.toHaveProperty('content-encoding');
});

/** Opens a stream and resolves with a way to leave once the first bytes are there. */
function open(path: string, body: object): Promise<{ leave: () => void }> {
  return new Promise((resolve, reject) => {
    const req = request({
      port: relay.port,
      path,
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    });
    req.on('error', () => {});
    req.on('response', (res) => {
      res.on('error', () => {});
      res.once('data', () => resolve({ leave: () => req.destroy() }));
      res.once('end', () => reject(new Error('ended')));
    });
    req.end(JSON.stringify(body));
  });
}

it('a client that leaves mid-stream is seen upstream within 250 ms, and is billed for what it received', async () => {
  for (const path of ['/v1/messages', '/v1/chat/completions']) {
    const next = relay.nextRecord();
    const stream = await open(path, { model: ENDLESS, max_tokens: 9, stream: true, messages });
    const left = Date.now();
    stream.leave();
    const seen = await fake.witness.waitFor(
      (record) => record.outcome === 'aborted' && (record.closedAt ?? 0) >= left,
      2_000,
    );
    expect((seen.closedAt ?? 0) - left).toBeLessThan(250);
    const record = await next;
    expect(record).toMatchObject({ outcome: 'client_closed', usage: { estimated: true } });
    expect(record.costNanoUsd).toBeGreaterThan(0n);
  }
});

it('a client that leaves before an answer frees the upstream, pays nothing and is logged as 499', async () => {
  const next = relay.nextRecord();
  const model = 'fake-model+stall-head';
  const req = request({
    port: relay.port,
    path: '/v1/messages',
    method: 'POST',
    agent: false,
    headers: { authorization: `Bearer ${KEY}` },
  });
  req.on('error', () => {});
  req.end(JSON.stringify({ model, max_tokens: 9, messages }));
  await fake.witness.waitFor((record) => record.model === model && record.outcome === 'open');
  const left = Date.now();
  req.destroy();
  const seen = await fake.witness.waitFor(
    (record) => record.model === model && record.outcome === 'aborted',
    2_000,
  );
  expect((seen.closedAt ?? 0) - left).toBeLessThan(250);
  expect(await next).toMatchObject({ outcome: 'client_closed', status: 499, costNanoUsd: 0n });
  expect(relay.out).toEqual({ passes: 0, holds: 0 });
});

it('a client that does not read stops the upstream instead of filling memory', async () => {
  const req = request({
    port: relay.port,
    path: '/v1/messages',
    method: 'POST',
    agent: false,
    headers: { authorization: `Bearer ${KEY}` },
  });
  req.on('error', () => {});
  req.end(JSON.stringify({ model: HUGE, max_tokens: 9, stream: true, messages }));
  const response = await new Promise<NodeJS.ReadableStream>((resolve) => req.once('response', resolve));
  const record = await fake.witness.waitFor((one) => one.model === HUGE && one.bytesSent > 0);
  let before = -1;
  // Wait until the upstream's count stands still: it is blocked, far from its 50 MB.
  while (record.bytesSent !== before) {
    before = record.bytesSent;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  expect(record.outcome).toBe('open');
  expect(record.bytesSent).toBeLessThan(20 * 1024 * 1024);
  let received = 0;
  for await (const chunk of response) received += chunk.length;
  expect(received).toBeGreaterThan(50_000_000);
  expect(record.outcome).toBe('complete');
});

describe('a finished request', () => {
  const CASES: [string, object, string][] = [
    ['/v1/messages', { max_tokens: 40, messages }, 'cache-read=100,cache-write=50'],
    ['/v1/messages', { max_tokens: 40, messages, stream: true }, 'cache-read=100,cache-write=50'],
    ['/v1/chat/completions', { messages }, 'cache-read=100'],
    ['/v1/chat/completions', { messages, stream: true }, 'cache-read=100'],
    ['/v1/responses', { input: 'x' }, 'cache-read=100,reasoning=30'],
    ['/v1/responses', { input: 'x', stream: true }, 'cache-read=100,reasoning=30'],
    ['/v1/embeddings', { input: 'hello there' }, 'delay=1'],
  ];
  it.each(CASES)('%s %o is metered as the upstream counted it', async (path, body, behaviour) => {
    const next = relay.nextRecord();
    const got = await call({ port: relay.port, path, body: { model: `fake-model+${behaviour}`, ...body } });
    expect(got.status).toBe(200);
    const record = await next;
    const { input, cacheRead, cacheWrite5m, cacheWrite1h, output } = fake.witness.last()?.usage ?? {};
    expect(record.usage).toMatchObject({
      input,
      cacheRead,
      cacheWrite5m,
      cacheWrite1h,
      output,
      estimated: false,
    });
    expect(record).toMatchObject({ outcome: 'ok', status: 200, stream: 'stream' in body });
  });

  it('gives back what it held, and appears in the live view from its start to its end', async () => {
    relay.live.length = 0;
    const next = relay.nextRecord();
    await call({ port: relay.port, path: '/v1/embeddings', body: { model: 'fake-embed', input: 'x' } });
    const { requestId } = await next;
    expect(relay.live.map((event) => event.kind)).toEqual(['started', 'finished']);
    expect(relay.live[0]).toMatchObject({ requestId });
    expect(relay.out).toEqual({ passes: 0, holds: 0 });
    expect(relay.gateway.inFlight()).toBe(0);
  });

  it('count_tokens is forwarded and free', async () => {
    const next = relay.nextRecord();
    const got = await call({
      port: relay.port,
      path: '/v1/messages/count_tokens',
      body: { model: ENDLESS, messages },
    });
    expect(got.status).toBe(200);
    expect(await next).toMatchObject({ operation: 'count_tokens', costNanoUsd: 0n, priced: false });
  });

  it('without usage from the upstream is estimated, and says so', async () => {
    const next = relay.nextRecord();
    await call({
      port: relay.port,
      path: '/v1/chat/completions',
      body: { model: 'fake-model+no-usage', messages, stream: true },
    });
    expect(await next).toMatchObject({
      outcome: 'ok',
      usage: { estimated: true, output: expect.any(Number) },
    });
  });
});
