// Promise: which budget or limit refused, and what is left of it, is told in headers, in words that clients know.
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Denial } from '../denial.ts';
import type { GatewayDeps } from '../ports.ts';
import { bothFamilies, call, snapshot, startRelay } from './harness.ts';

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream();
});
afterAll(() => fake.close());

const money = (denial: Denial) => ({ purse: { hold: () => denial } });

describe('which budget or limit refused is told in headers too', () => {
  const windowed = (facts: Denial['facts'], retryAfterMs?: number) =>
    money({ denied: 'window_used_up', ...(facts && { facts }), ...(retryAfterMs && { retryAfterMs }) });
  const refusedBy = async (deps: Partial<GatewayDeps>, path = '/v1/chat/completions') => {
    const relay = await startRelay(snapshot(bothFamilies(fake.url)), deps);
    const body = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'x' }] };
    const got = await call({ port: relay.port, path, body });
    await relay.close();
    return got;
  };

  it("a key's day window: its name, nothing left, the instant and the seconds until it begins anew", async () => {
    const resetsAt = '2026-01-02T00:00:00.000Z';
    const facts = { window: 'day', scope: 'key', resetsAt };
    const { status, headers, json } = await refusedBy(windowed(facts, 9_001));
    expect(status).toBe(429);
    expect(headers).toMatchObject({
      'retry-after': '10',
      'x-quota-window': 'key-day',
      'x-quota-window-remaining-usd': '0',
      'x-quota-window-resets-at': resetsAt,
    });
    expect(json).toMatchObject({ error: { message: expect.stringContaining(resetsAt) } });
  });

  // Without `retry-after` some clients repeat a 429 at once and without end.
  it('a total that never begins anew names no time, and asks to come back in an hour at the earliest', async () => {
    const { headers } = await refusedBy(windowed({ window: 'total', scope: 'user', resetsAt: null }));
    expect(headers['x-quota-window']).toBe('user-total');
    expect(headers['retry-after']).toBe('3600');
    expect(headers).not.toHaveProperty('x-quota-window-resets-at');
  });

  it("a 429 to an Anthropic client says so in that API's own headers, with the second where it is known", async () => {
    const facts = { window: 'day', scope: 'key' };
    const [began, path] = [Date.now(), '/v1/messages'];
    const day = await refusedBy(windowed(facts, 90_000), path);
    expect(day.headers['anthropic-ratelimit-unified-status']).toBe('rejected');
    const inMs = Number(day.headers['anthropic-ratelimit-unified-reset']) * 1_000 - began;
    expect(inMs).toBeGreaterThanOrEqual(90_000);
    expect(inMs).toBeLessThan(120_000);
    const total = await refusedBy(windowed({ ...facts, window: 'total' }), path);
    expect(total.headers['anthropic-ratelimit-unified-status']).toBe('rejected');
    expect(total.headers).not.toHaveProperty('anthropic-ratelimit-unified-reset');
    for (const other of [
      await refusedBy(windowed(facts, 90_000)),
      await refusedBy(money({ denied: 'quota_zero' }), path),
    ])
      expect(other.headers).not.toHaveProperty('anthropic-ratelimit-unified-status');
  });

  const OF_REQUESTS = { 'limit-requests': '5', 'remaining-requests': '0', 'reset-requests': '2' };
  it.each([
    ['requests per minute', 'key', { reached: 'key-requests', ...OF_REQUESTS }],
    ['count_tokens per minute', 'key', { reached: 'key-count_tokens', ...OF_REQUESTS }],
    // A smaller request might still pass: what remains of it is not nothing.
    ['tokens per minute', 'user', { reached: 'user-tokens', 'limit-tokens': '5', 'reset-tokens': '2' }],
    ['parallel requests', 'user', { reached: 'user-parallel' }],
  ])('a limit of the minute: %s of the %s', async (limit, scope, told) => {
    const denial: Denial = { denied: 'limit_reached', retryAfterMs: 1_500, facts: { limit, scope, max: 5 } };
    const { headers } = await refusedBy({ admission: { take: () => denial } });
    const prefix = 'x-relay-ratelimit-';
    const ours = Object.entries(headers).filter(([name]) => name.startsWith(prefix));
    expect(Object.fromEntries(ours.map(([name, value]) => [name.slice(prefix.length), value]))).toEqual(told);
  });

  it('a balance: what is left of it, never below zero', async () => {
    const left = (remaining: string) => money({ denied: 'quota_used_up', facts: { remaining } });
    expect((await refusedBy(left('0.02'))).headers['x-quota-remaining-usd']).toBe('0.02');
    expect((await refusedBy(left('-0.02'))).headers['x-quota-remaining-usd']).toBe('0');
  });

  it.each([
    ['nothing', { remaining: '-0.02', needed: '0.5' }, 'is used up'],
    [
      'too little',
      { remaining: '0.02', needed: '0.5' },
      'has 0.02 USD left, and this request may need up to 0.5 USD',
    ],
    [
      'what others hold',
      { remaining: '0.5', needed: '0.5' },
      'has 0.5 USD left, but requests under way hold it',
    ],
  ])('a budget with %s left says so', async (_left, amounts, sentence) => {
    const balance = await refusedBy(money({ denied: 'quota_used_up', facts: amounts }));
    expect(balance.status).toBe(402);
    const advised = {
      error: { message: expect.stringMatching(`quota of this user ${sentence}.*Ask finance`) },
    };
    expect(balance.json).toMatchObject(advised);
    const resetsAt = '2026-01-02T00:00:00.000Z';
    const day = await refusedBy(windowed({ window: 'day', scope: 'key', resetsAt, ...amounts }, 9_001));
    expect(day.status).toBe(429);
    const named = expect.stringMatching(`day quota of this key ${sentence}.*; it begins anew at ${resetsAt}`);
    expect(day.json).toMatchObject({ error: { message: named } });
    const left = amounts.remaining.startsWith('-') ? '0' : amounts.remaining;
    expect(day.headers['x-quota-window-remaining-usd']).toBe(left);
  });
});
