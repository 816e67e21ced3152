// Promise: a client has its last byte only after its row is where the end of the process can't lose it.
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { ExchangeRecord } from '../exchange-record.ts';
import type { Settlements } from '../ports.ts';
import { call, channel, snapshot, startRelay, type TestRelay } from './harness.ts';

let fake: FakeUpstream;
let relay: TestRelay;
beforeAll(async () => {
  fake = await startFakeUpstream();
});
afterEach(() => relay.close());
afterAll(() => fake.close());

/** A journal whose disk is slow: who waits for the writing is called by the test. */
function slowJournal(): Settlements & { readonly asked: Promise<() => void>; rows: ExchangeRecord[] } {
  const asked = Promise.withResolvers<() => void>();
  const rows: ExchangeRecord[] = [];
  return {
    rows,
    asked: asked.promise,
    settle: (record) => void rows.push(record),
    whenWritten: (then) => asked.resolve(then),
  };
}

it.each([
  ['a short answer', { model: 'fake-model' }, 200],
  ['a stream', { model: 'fake-model', stream: true }, 200],
  ['a refusal', { model: 7 }, 400],
])('%s ends after its row was written', async (_name, sent, status) => {
  const settlements = slowJournal();
  const channels = [channel({ id: 'a', baseUrl: fake.url, protocols: ['openai-chat'] })];
  relay = await startRelay(snapshot(channels), { settlements });
  const { port, out, live } = relay;
  let ended = false;
  const body = { messages: [{ role: 'user', content: 'Is it written?' }], ...sent };
  const answer = call({ port, path: '/v1/chat/completions', body }).finally(() => {
    ended = true;
  });
  const write = await settlements.asked;
  expect(settlements.rows).toMatchObject([{ status }]);
  // Bytes that had left would be there before those of others who ask later.
  for (let index = 0; index < 3; index++)
    await call({ port, path: '/v1/models', headers: { authorization: '' } });
  expect(ended).toBe(false);
  expect(live.filter(({ kind }) => kind === 'finished')).toEqual([]);
  // What the request held is free already: whoever has the answer may come again at once.
  expect(out).toEqual({ passes: 0, holds: 0 });
  write();
  expect(await answer).toMatchObject({ status, complete: true });
  expect(live.filter(({ kind }) => kind === 'finished')).toHaveLength(1);
});
