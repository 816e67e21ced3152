// Promise: the token limit is asked for all that a request may bring.
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bothFamilies, call, snapshot, startRelay } from '../journey/harness.ts';

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream();
});
afterAll(() => fake.close());

it.each([
  ['one answer', {}, 100],
  ['as many answers as are wanted', { n: 3 }, 300],
])('%s of the largest size', async (_name, extra, output) => {
  const asked: number[] = [];
  const take = ({ estimatedTokens }: { estimatedTokens: number }) => {
    asked.push(estimatedTokens);
    return { release: () => {} };
  };
  const relay = await startRelay(snapshot(bothFamilies(fake.url)), { admission: { take } });
  const body = { model: 'fake-gpt', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }], ...extra };
  await call({ port: relay.port, path: '/v1/chat/completions', body });
  await relay.close();
  expect(asked).toEqual([Math.ceil(JSON.stringify(body).length / 4) + output]);
});
