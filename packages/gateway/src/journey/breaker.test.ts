// Promise: a channel that fails again and again is left alone, then probed by one request, and comes back by itself.
import { createServer, request, type Server } from 'node:http';
import { manualClock, systemClock } from '@api-proxy/kit/clock';
import { afterEach, expect, it } from 'vitest';
import { MemoryChannelHealth } from '../routing/health.ts';
import { call, channel, KEY, portOf, snapshot, startRelay, type TestRelay } from './harness.ts';

const ANSWER = JSON.stringify({
  choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1 },
});
let conversations = 0;
/** A request of a conversation of its own, so that nothing binds it to a channel. */
function fresh() {
  const messages = [{ role: 'user', content: `conversation ${conversations++}` }];
  return { path: '/v1/chat/completions', body: { model: 'm', messages } };
}

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

type Upstream = { readonly url: string; status: number; hits: number; gate: Promise<void>; cut: boolean };
/** More than the relay looks at before it passes an answer on. */
const LONG = 200_000;

async function upstream(status: number): Promise<Upstream> {
  const server: Server = createServer(async (req, res) => {
    req.resume();
    self.hits++;
    await self.gate;
    res.writeHead(self.status, { 'content-type': 'application/json' });
    if (self.cut) return void res.write('x'.repeat(LONG), () => res.destroy());
    res.end(self.status === 200 ? ANSWER : '{"error":{"message":"boom","type":"server_error"}}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({ close: () => server.close().closeAllConnections() });
  const url = `http://127.0.0.1:${portOf(server.address())}`;
  const self: Upstream = { url, status, hits: 0, gate: Promise.resolve(), cut: false };
  return self;
}

async function scene() {
  const clock = manualClock();
  const health = new MemoryChannelHealth(
    () => ({ minMs: 1_000, maxMs: 60_000, failuresToOpen: 3 }),
    () => 0.5,
  );
  const [bad, good] = [await upstream(500), await upstream(200)];
  const channels = [
    channel({ id: 'bad', baseUrl: bad.url, priority: 1 }),
    channel({ id: 'good', baseUrl: good.url }),
  ];
  const relay: TestRelay = await startRelay(snapshot(channels), {
    health,
    clock: { nowMs: clock.nowMs, monotonicMs: systemClock.monotonicMs },
  });
  open.unshift(relay);
  /** A request that the bad channel has; gives what lets its client leave. */
  const enter = async () => {
    const hits = bad.hits;
    const sent = fresh();
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const req = request({ port: relay.port, path: sent.path, method: 'POST', agent: false, headers });
    req.on('error', () => {});
    req.end(JSON.stringify(sent.body));
    while (bad.hits === hits) await new Promise((resolve) => setImmediate(resolve));
    return async () => {
      const booked = relay.nextRecord();
      req.destroy();
      return (await booked).outcome;
    };
  };
  return { clock, health, bad, good, enter, send: () => call({ port: relay.port, ...fresh() }) };
}

it('closed → open → one probe → closed', async () => {
  const { clock, health, bad, good, send } = await scene();
  for (const pauseMs of [0, 5_000, 10_000]) {
    expect((await send()).status).toBe(200);
    clock.advance(pauseMs);
  }
  expect(bad.hits).toBe(3);
  expect(health.breaker('bad_key', clock.nowMs())).toBe('half_open');
  clock.advance(-1);
  for (let count = 0; count < 5; count++) expect((await send()).status).toBe(200);
  expect(bad.hits).toBe(3);

  clock.advance(1);
  const gate = Promise.withResolvers<void>();
  Object.assign(bad, { gate: gate.promise, status: 200 });
  const goodBefore = good.hits;
  const first = send();
  while (bad.hits === 3) await new Promise((resolve) => setImmediate(resolve));
  const others = await Promise.all(Array.from({ length: 10 }, send));
  expect(others.map(({ status }) => status)).toEqual(Array(10).fill(200));
  expect([bad.hits, good.hits - goodBefore]).toEqual([4, 10]);
  // A first byte may take minutes: the probe is under way all the same.
  clock.advance(299_000);
  expect((await send()).status).toBe(200);
  expect([bad.hits, good.hits - goodBefore]).toEqual([4, 11]);
  gate.resolve();
  expect((await first).status).toBe(200);
  expect(health.breaker('bad_key', clock.nowMs())).toBe('closed');
  await Promise.all(Array.from({ length: 5 }, send));
  expect(bad.hits).toBe(9);
});

it('a channel that breaks off every answer it begins is left alone, too', async () => {
  const { clock, health, bad, good, send } = await scene();
  Object.assign(bad, { status: 200, cut: true });
  for (let count = 0; count < 3; count++) {
    expect((await send()).complete).toBe(false);
    clock.advance(1_000);
  }
  expect(health.breaker('bad_key', clock.nowMs())).toBe('open');
  for (let count = 0; count < 5; count++) expect((await send()).status).toBe(200);
  expect([bad.hits, good.hits]).toEqual([3, 5]);
  clock.advance(5_000);
  Object.assign(bad, { cut: false });
  expect((await send()).complete).toBe(true);
  expect(bad.hits).toBe(4);
  expect(health.breaker('bad_key', clock.nowMs())).toBe('closed');
});

it('with everything cooling, one request at a time probes what is open; the others are told to come back', async () => {
  const { clock, health, bad } = await scene();
  const relay = await startRelay(snapshot([channel({ id: 'bad', baseUrl: bad.url })]), {
    health,
    clock: { nowMs: clock.nowMs, monotonicMs: systemClock.monotonicMs },
  });
  open.unshift(relay);
  const send = () => call({ port: relay.port, ...fresh() });
  for (const pauseMs of [0, 5_000, 0]) {
    await send();
    clock.advance(pauseMs);
  }
  // Open and not due, then due: either way there is one probe.
  for (const [advanceMs, state, ends] of [
    [0, 'open', 500],
    [60_000, 'half_open', 200],
  ] as const) {
    clock.advance(advanceMs);
    expect(health.breaker('bad_key', clock.nowMs())).toBe(state);
    const [gate, hits] = [Promise.withResolvers<void>(), bad.hits];
    Object.assign(bad, { gate: gate.promise, status: ends });
    const probe = send();
    await expect.poll(() => bad.hits).toBe(hits + 1);
    const others = await Promise.all(Array.from({ length: 5 }, send));
    expect(others.map(({ status, headers }) => [status, headers['retry-after']])).toEqual(
      Array(5).fill([503, '1']),
    );
    expect(bad.hits).toBe(hits + 1);
    gate.resolve();
    expect((await probe).status).toBe(ends === 200 ? 200 : 502);
  }
  expect(health.breaker('bad_key', clock.nowMs())).toBe('closed');
});

it('a client that leaves does not end the probe of another request', async () => {
  const { clock, health, bad, enter, send } = await scene();
  bad.gate = new Promise(() => {});
  const leave = await enter();
  for (let count = 0; count < 3; count++)
    health.report({
      ...{ channelId: 'bad', channelKeyId: 'bad_key', upstreamModel: 'm', lesson: 'failure', probe: null },
      ...{ retryAfterMs: null, beganMs: clock.nowMs(), nowMs: clock.nowMs() + count * 20_000 },
    });
  clock.advance(600_000);
  const begun = health.begin('bad_key', clock.nowMs());
  expect(begun?.probe).toEqual(expect.any(String));
  expect(await leave()).toBe('client_closed');
  expect((await send()).status).toBe(200);
  expect(health.begin('bad_key', clock.nowMs())).toBeNull();
});

it('bad requests and clients that leave never touch the state of a channel', async () => {
  const { clock, health, bad, enter, send } = await scene();
  for (const status of [400, 413, 422]) {
    bad.status = status;
    for (let count = 0; count < 6; count++) expect((await send()).status).toBe(status);
  }
  bad.gate = new Promise(() => {});
  for (let count = 0; count < 6; count++) expect(await (await enter())()).toBe('client_closed');
  expect(health.coolingUntilMs('bad_key', 'm')).toBe(0);
  expect(health.breaker('bad_key', clock.nowMs())).toBe('closed');
});
