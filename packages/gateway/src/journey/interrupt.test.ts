// Promise: a relay that must stop tells the client in its dialect, and books what was delivered as `interrupted`.
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bothFamilies, call, PRICE, snapshot, startRelay, type TestRelay } from './harness.ts';

const SLOW = 'fake-model+events=4000,interval=5';
const PENDING = 'fake-model+stall-head';

let fake: FakeUpstream;
let relay: TestRelay;
beforeEach(async () => {
  fake = await startFakeUpstream();
  const prices = new Map([SLOW, PENDING].map((name) => [name, [PRICE]]));
  relay = await startRelay(snapshot(bothFamilies(fake.url), { prices }));
});
afterEach(async () => {
  await relay.close();
  await fake.close();
});

const messages = [{ role: 'user', content: 'x' }];
const send = (path: string, body: object) =>
  call({ port: relay.port, path, body: { max_tokens: 9_000, messages, ...body } });

it.each([
  ['/v1/messages', /event: error\ndata: .*"type":"error".*\n\n$/],
  ['/v1/chat/completions', /data: \{"error".*\n\n$/],
  ['/v1/responses', /event: (error|response\.failed)\ndata: .*\n\n$/],
])('a stream of %s ends with an error event and is charged for what was delivered', async (path, ending) => {
  const answer = send(path, { model: SLOW, stream: true, input: 'x' });
  const seen = await fake.witness.waitFor(({ eventsSent }) => eventsSent > 20);
  relay.gateway.interrupt();
  const got = await answer;
  expect(got).toMatchObject({ status: 200, complete: true });
  expect(got.text).toMatch(ending);
  expect(got.text).not.toMatch(/\[DONE\]|message_stop|response\.completed/);
  const [record] = relay.records;
  expect(record).toMatchObject({
    ...{ outcome: 'interrupted', errorCode: 'relay_stopped', status: 200 },
    usage: { estimated: true },
  });
  expect(record?.usage.output).toBeGreaterThan(10);
  expect(record?.costNanoUsd).toBeGreaterThan(0n);
  await expect.poll(() => seen.outcome).toBe('aborted');
  expect(relay.out).toEqual({ passes: 0, holds: 0 });
});

it('a request that was not answered yet gets a 503 and pays nothing', async () => {
  const answer = send('/v1/messages', { model: PENDING });
  const seen = await fake.witness.waitFor(({ model }) => model === PENDING);
  relay.gateway.interrupt();
  const got = await answer;
  expect(got).toMatchObject({ status: 503, json: { type: 'error' } });
  expect(got.headers['retry-after']).toBe('1');
  expect(relay.records).toMatchObject([{ outcome: 'interrupted', status: 503, costNanoUsd: 0n }]);
  await expect.poll(() => seen.outcome).toBe('aborted');
});
