// Promise: busy channels and full places are waited for, in order, not for long, and not by clients that have left.
import { request } from 'node:http';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Denial } from '../denial.ts';
import { type Admission, PARALLEL_LIMIT } from '../ports.ts';
import type { Patience } from '../snapshot.ts';
import { call, channel, KEY, snapshot, startRelay, type TestRelay } from './harness.ts';

let fake: FakeUpstream;
let relay: TestRelay;
beforeEach(async () => {
  fake = await startFakeUpstream();
});
afterEach(async () => {
  await relay.close();
  await fake.close();
});

let count = 0;
function send(behaviour = '') {
  const body = { model: `fake-model+id=${count++},${behaviour}`, messages: [{ role: 'user', content: 'x' }] };
  return call({ port: relay.port, path: '/v1/chat/completions', body });
}

/** A request that leaves; resolves when it was booked. */
async function leave(when: Promise<unknown>): Promise<string> {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const req = request({
    port: relay.port,
    path: '/v1/chat/completions',
    method: 'POST',
    agent: false,
    headers,
  });
  req.on('error', () => {});
  req.end(JSON.stringify({ model: 'fake-gone', messages: [] }));
  await when;
  const booked = relay.nextRecord();
  req.destroy();
  return (await booked).outcome;
}

async function oneAtATime(patience: Partial<Patience> = {}, admission?: Admission) {
  const channels = [channel({ id: 'a', baseUrl: fake.url, maxConcurrency: admission ? null : 1 })];
  relay = await startRelay(snapshot(channels, { patience }), admission ? { admission } : {});
}

const running = (behaviour: string) =>
  fake.witness.waitFor((record) => record.model?.endsWith(behaviour) === true);
const tick = () => new Promise((resolve) => setTimeout(resolve, 60));

it('with all channels busy requests wait, and are served in their order', async () => {
  await oneAtATime();
  const first = send('delay=200');
  await running('delay=200');
  const waiting: Promise<{ status: number }>[] = [];
  for (const name of ['w1', 'w2', 'w3']) {
    waiting.push(send(`id=${name}`));
    await tick();
  }
  expect((await Promise.all([first, ...waiting])).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const served = fake.witness.recent().map((record) => /id=(w\d)/.exec(record.model ?? '')?.[1]);
  expect(served).toEqual([undefined, 'w1', 'w2', 'w3']);
  expect(relay.records.at(-1)?.decision).toContainEqual({ channelId: 'a', kept: false, reason: 'busy' });
});

it('the wait ends with 429 and retry-after when its time is up', async () => {
  await oneAtATime({ channelQueueMs: 100 });
  const first = send('delay=600');
  await running('delay=600');
  const late = await send();
  expect(late.status).toBe(429);
  expect(late.headers['retry-after']).toBe('1');
  expect(late.headers['x-relay-ratelimit-reached']).toBe('channel-parallel');
  expect((await first).status).toBe(200);
});

it('nobody waits behind a full queue', async () => {
  await oneAtATime({ channelQueueLength: 1 });
  const first = send('delay=500');
  await running('delay=500');
  const second = send();
  await tick();
  const began = performance.now();
  expect((await send()).status).toBe(429);
  expect(performance.now() - began).toBeLessThan(300);
  expect((await Promise.all([first, second])).map(({ status }) => status)).toEqual([200, 200]);
});

it('a client that leaves makes room at once and takes no slot', async () => {
  await oneAtATime({ channelQueueLength: 1 });
  const first = send('delay=1200');
  await running('delay=1200');
  expect(await leave(tick())).toBe('client_closed');
  expect((await send()).status).toBe(200);
  expect((await first).status).toBe(200);
  expect(relay.out).toEqual({ passes: 0, holds: 0 });
  expect(fake.witness.recent().map((record) => record.model)).not.toContain('fake-gone');
});

/** One place per user, as the limits of a user would have it. */
function onePlace(max = 1) {
  const counts = { inUse: 0, most: 0, denied: 0 };
  const full: Denial = { denied: 'limit_reached', retryAfterMs: 700, facts: { limit: PARALLEL_LIMIT, max } };
  const admission: Admission = {
    take: () => {
      if (counts.inUse >= max) {
        counts.denied++;
        return full;
      }
      counts.most = Math.max(counts.most, ++counts.inUse);
      return { release: () => void counts.inUse-- };
    },
  };
  return { counts, admission };
}

it('parallel requests over the limit wait briefly, and never exceed it', async () => {
  const { counts, admission } = onePlace(2);
  await oneAtATime({ placeQueueMs: 2_000 }, admission);
  const got = await Promise.all(Array.from({ length: 8 }, () => send('delay=40')));
  expect(got.map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect(counts).toMatchObject({ inUse: 0, most: 2 });
  expect(counts.denied).toBeGreaterThan(0);
});

it('places that other instances gave back are all taken at the next look', async () => {
  const { counts, admission } = onePlace(10);
  counts.inUse = 10;
  await oneAtATime({ placeQueueMs: 5_000 }, admission);
  const waiting = Array.from({ length: 10 }, () => send('delay=600'));
  await expect.poll(() => counts.denied).toBeGreaterThanOrEqual(10);
  // Nobody here is woken by that.
  counts.inUse = 0;
  const got = await Promise.all(waiting);
  expect(got.map(({ status }) => status)).toEqual(Array(10).fill(200));
  expect(counts.most).toBe(10);
});

it('then they are refused with what the limit said, without a wait when so configured', async () => {
  const { counts, admission } = onePlace();
  await oneAtATime({ placeQueueMs: 0 }, admission);
  const first = send('delay=300');
  await running('delay=300');
  const second = await send();
  expect([second.status, second.headers['retry-after']]).toEqual([429, '1']);
  expect((await first).status).toBe(200);
  expect(counts.inUse).toBe(0);
});
