// Admission: limits of key and user count together, what was taken comes back, refusals say which limit.
import type { Caller, Limits, Pass } from '@api-proxy/gateway/ports';
import { manualClock } from '@api-proxy/kit/clock';
import { memoryLimits } from '@api-proxy/stores/limits/memory';
import type { LimitRequest } from '@api-proxy/stores/limits/port';
import { expect, it } from 'vitest';
import { limitAdmission } from './admission.ts';

const NONE: Limits = { rpm: null, tpm: null, concurrency: null };

function setUp(userLimits: Limits | null, keyLimits: Limits | null) {
  const clock = manualClock();
  const store = memoryLimits();
  const asked: LimitRequest[] = [];
  const takeAll = (request: LimitRequest) => {
    asked.push(request);
    return store.takeAll(request);
  };
  const admission = limitAdmission({ limits: { ...store, takeAll }, clock });
  const caller: Caller = {
    user: { id: 'usr_1', role: 'user', status: 'active', multiplierPpm: 1_000_000, limits: userLimits },
    key: {
      id: 'key_1',
      name: 'k',
      status: 'active',
      expiresAtMs: null,
      allowedModels: [],
      allowedIps: [],
      limits: keyLimits,
    },
  };
  let count = 0;
  const take = async (estimatedTokens = 0, operation: 'generate' | 'count_tokens' = 'generate') => {
    count += 1;
    const request = { requestId: `req_${count}`, caller, operation, estimatedTokens };
    return admission.take({ ...request, nowMs: clock.nowMs() });
  };
  return { take, clock, asked };
}

function passOf(answer: Awaited<ReturnType<ReturnType<typeof setUp>['take']>>): Pass {
  if ('denied' in answer) throw new Error(answer.denied);
  return answer;
}

it('without limits everything passes', async () => {
  const { take } = setUp(null, null);
  for (let i = 0; i < 5; i += 1) passOf(await take(1_000_000)).release(0);
});

it('names the limit, its scope and its maximum', async () => {
  const { take } = setUp(NONE, { ...NONE, rpm: 1 });
  passOf(await take());
  expect(await take()).toMatchObject({
    denied: 'limit_reached',
    facts: { limit: 'requests per minute', scope: 'key', max: 1 },
  });
});

it('gives a parallel place back, and takes none when another limit refuses', async () => {
  const { take } = setUp({ ...NONE, concurrency: 1 }, { ...NONE, rpm: 2 });
  const first = passOf(await take());
  expect(await take()).toMatchObject({ facts: { limit: 'parallel requests', scope: 'user' } });
  first.release(0);
  passOf(await take()).release(0);
  expect(await take()).toMatchObject({ facts: { limit: 'requests per minute' } });
});

it('corrects the token window to what was used', async () => {
  const { take } = setUp({ ...NONE, tpm: 1_000 }, null);
  const first = passOf(await take(900));
  expect(await take(200)).toMatchObject({ facts: { limit: 'tokens per minute', scope: 'user', max: 1_000 } });
  first.release(100);
  passOf(await take(200));
});

it('gives everything back when nothing was sent', async () => {
  const limits = { rpm: 1, tpm: 1_000, concurrency: 1 };
  const { take, clock } = setUp(limits, limits);
  for (let i = 0; i < 5; i += 1) {
    const pass = passOf(await take(900));
    clock.advance(700);
    pass.release(null);
  }
  passOf(await take(900)).release(900);
  expect(await take(1)).toMatchObject({ denied: 'limit_reached' });
});

it('counting tokens has a window of its own, as large, and takes no place', async () => {
  const { take } = setUp({ rpm: 3, tpm: 10, concurrency: 1 }, null);
  passOf(await take(10));
  for (let i = 0; i < 3; i += 1) passOf(await take(5_000, 'count_tokens')).release(0);
  expect(await take(0, 'count_tokens')).toMatchObject({
    denied: 'limit_reached',
    facts: { limit: 'count_tokens per minute', scope: 'user', max: 3 },
  });
  expect(await take(0)).toMatchObject({ facts: { limit: 'parallel requests' } });
});

it('every key of a request names its user in braces, for one slot of a cluster', async () => {
  const all = { rpm: 5, tpm: 5_000, concurrency: 5 };
  const { take, asked } = setUp(all, all);
  passOf(await take(100));
  const keys = asked.flatMap(({ windows, slots }) => [...windows, ...slots].map(({ key }) => key));
  expect(keys).toHaveLength(6);
  expect(new Set(keys.map((key) => key.match(/\{(.*?)\}/)?.[1]))).toEqual(new Set(['usr_1']));
  expect(new Set(keys).size).toBe(6);
});

it('tells what is left of the tightest window of each kind', async () => {
  const { take } = setUp({ rpm: 10, tpm: 5_000, concurrency: 9 }, { rpm: 3, tpm: 90_000, concurrency: null });
  passOf(await take(1_000));
  expect(passOf(await take(1_500)).headers).toEqual([
    ...['x-relay-ratelimit-limit-requests', '3'],
    ...['x-relay-ratelimit-remaining-requests', '1'],
    ...['x-relay-ratelimit-reset-requests', '60'],
    ...['x-relay-ratelimit-limit-tokens', '5000'],
    ...['x-relay-ratelimit-remaining-tokens', '2500'],
    ...['x-relay-ratelimit-reset-tokens', '60'],
  ]);
});
