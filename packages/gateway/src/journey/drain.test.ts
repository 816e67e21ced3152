// Promise: where a channel says so, an answer is read to its end for a client that left, for a while and a few at a time.
import { request } from 'node:http';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Patience } from '../snapshot.ts';
import { channel, KEY, snapshot, startRelay, type TestRelay } from './harness.ts';

let fake: FakeUpstream;
let relay: TestRelay;
beforeEach(async () => {
  fake = await startFakeUpstream();
});
afterEach(async () => {
  await relay.close();
  await fake.close();
});

async function start(onClientGone: 'abort' | 'drain', patience: Partial<Patience> = {}) {
  const one = channel({ id: 'a', baseUrl: fake.url, onClientGone, maxConcurrency: 5 });
  relay = await startRelay(snapshot([one], { patience }));
}

/** Reads the beginning of a stream, then leaves. */
function leave(behaviour: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const path = '/v1/chat/completions';
  const req = request({ port: relay.port, path, method: 'POST', agent: false, headers });
  req.on('error', () => {});
  req.on('response', (res) => {
    res.on('error', () => {});
    res.once('data', () => {
      req.destroy();
      resolve();
    });
  });
  const messages = [{ role: 'user', content: 'x' }];
  req.end(JSON.stringify({ model: `fake-model+${behaviour}`, stream: true, messages }));
  return promise;
}

const outcomes = () => fake.witness.recent().map((record) => record.outcome);

it('the whole answer is read and counted', async () => {
  await start('drain');
  const booked = relay.nextRecord();
  await leave('events=20,interval=20');
  const record = await booked;
  expect(record).toMatchObject({ outcome: 'client_closed', usage: { estimated: false } });
  expect(record.usage.output).toBe(fake.witness.last()?.usage?.output);
  expect(outcomes()).toEqual(['complete']);
  expect(relay.out).toEqual({ passes: 0, holds: 0 });
});

/** Leaves while the upstream still thinks, before anything of the answer has come. */
async function leaveEarly(behaviour: string, stream = false): Promise<void> {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const path = '/v1/chat/completions';
  const req = request({ port: relay.port, path, method: 'POST', agent: false, headers });
  req.on('error', () => {});
  const model = `fake-model+${behaviour}`;
  req.end(JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'x' }] }));
  await expect.poll(() => relay.gateway.inFlight()).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 100));
  req.destroy();
}

it.each([false, true])('also one that had not begun (stream: %s)', async (stream) => {
  await start('drain');
  const booked = relay.nextRecord();
  await leaveEarly('delay=400', stream);
  const record = await booked;
  expect(record).toMatchObject({ outcome: 'client_closed', usage: { estimated: false } });
  expect(record.usage.output).toBe(fake.witness.last()?.usage?.output);
  expect(outcomes()).toEqual(['complete']);
  expect(relay.out).toEqual({ passes: 0, holds: 0 });
});

it('one that does not begin in that time is left, and so is a further one', async () => {
  await start('drain', { drainMs: 150, drainsAtOnce: 1 });
  const [first, second] = [relay.nextRecord(), relay.nextRecord()];
  await leaveEarly('delay=5000');
  const began = performance.now();
  await leaveEarly('id=second,delay=5000');
  for (const record of await Promise.all([first, second]))
    expect(record).toMatchObject({ outcome: 'client_closed', channelId: 'a' });
  expect(performance.now() - began).toBeLessThan(1_500);
  await fake.witness.waitFor((record) => record.outcome === 'aborted');
  // The room for draining is free again.
  const kept = relay.nextRecord();
  await leaveEarly('id=third,delay=200');
  expect((await kept).usage.estimated).toBe(false);
});

it('its time runs from when the client left, and does not begin anew with the first byte', async () => {
  await start('drain', { drainMs: 1_000, drainsAtOnce: 1 });
  const booked = relay.nextRecord();
  await leaveEarly('delay=900,events=100000,interval=20', true);
  const leftAtMs = performance.now();
  expect(await booked).toMatchObject({ outcome: 'client_closed', usage: { estimated: true } });
  expect(performance.now() - leftAtMs).toBeLessThan(1_500);
  await fake.witness.waitFor((record) => record.outcome === 'aborted');
  // One place is free again, and no more than one.
  const both = [relay.nextRecord(), relay.nextRecord()];
  for (const id of ['second', 'third']) await leaveEarly(`id=${id},delay=400`);
  const outputs = (await Promise.all(both)).map(({ usage }) => usage.output);
  expect(outputs.filter((output) => output > 0)).toHaveLength(1);
});

it('not for longer than it may', async () => {
  await start('drain', { drainMs: 150 });
  const booked = relay.nextRecord();
  await leave('events=100000,interval=20');
  expect(await booked).toMatchObject({ outcome: 'client_closed', usage: { estimated: true } });
  await fake.witness.waitFor((record) => record.outcome === 'aborted');
});

it('and not more at a time', async () => {
  await start('drain', { drainsAtOnce: 1 });
  const kept = relay.nextRecord();
  const cut = relay.nextRecord();
  await leave('events=40,interval=25');
  await leave('id=second,events=40,interval=25');
  const [first, second] = await Promise.all([kept, cut]);
  expect([first.usage.estimated, second.usage.estimated].sort()).toEqual([false, true]);
  expect(outcomes().sort()).toEqual(['aborted', 'complete']);
});

it('by default it is cut off', async () => {
  await start('abort');
  const booked = relay.nextRecord();
  await leave('events=100000,interval=20');
  expect(await booked).toMatchObject({ outcome: 'client_closed', usage: { estimated: true } });
  await fake.witness.waitFor((record) => record.outcome === 'aborted');
});
