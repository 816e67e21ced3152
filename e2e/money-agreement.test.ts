// After any mix of requests the log, the ledger and the balance agree to the nano-dollar.

import { listLedger } from '@api-proxy/contracts/ledger';
import { listRequestLogs } from '@api-proxy/contracts/request-logs';
import { getMe } from '@api-proxy/contracts/users';
import { formatUsd, parseUsd } from '@api-proxy/kit/money';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyPage, sumUsd } from './harness/books.ts';
import { type Installation, startInstallation } from './harness/installation.ts';
import { databaseKinds } from './harness/product.ts';

const MODELS = [
  'fake-claude',
  'fake-claude+cache-read,cache-write,cache-write-1h',
  'fake-claude+529',
  'fake-gpt',
  'fake-gpt+reasoning',
  'fake-gpt+400',
  'fake-embed',
];
const REQUESTS = 1_000;
const PARALLEL = 20;

type Shot = { path: string; body: Record<string, unknown> };

const turn = (index: number) => [{ role: 'user', content: `question ${index} `.repeat(1 + (index % 17)) }];

/** The mix: JSON and streams of all protocols, errors of the upstream and of the client. */
const KINDS: ((index: number) => Shot)[] = [
  (i) => ({ path: '/v1/messages', body: { model: MODELS[0], max_tokens: 64, messages: turn(i) } }),
  (i) => ({
    path: '/v1/messages',
    body: { model: MODELS[1], max_tokens: 64, messages: turn(i), stream: true },
  }),
  (i) => ({ path: '/v1/chat/completions', body: { model: MODELS[3], messages: turn(i) } }),
  (i) => ({ path: '/v1/chat/completions', body: { model: MODELS[3], messages: turn(i), stream: true } }),
  (i) => ({ path: '/v1/responses', body: { model: MODELS[4], input: `question ${i}`, stream: i % 2 === 0 } }),
  (i) => ({ path: '/v1/embeddings', body: { model: MODELS[6], input: [`text ${i}`] } }),
  (i) => ({ path: '/v1/messages', body: { model: MODELS[2], max_tokens: 64, messages: turn(i) } }),
  (i) => ({ path: '/v1/chat/completions', body: { model: MODELS[5], messages: turn(i) } }),
  (i) => ({ path: '/v1/messages', body: { model: MODELS[0], messages: turn(i) } }),
];

async function inParallel(count: number, act: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const walk = async () => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: PARALLEL }, walk));
}

describe.each(databaseKinds())('on the %s database', (database) => {
  let installation: Installation;

  beforeAll(async () => {
    installation = await startInstallation({ database }, MODELS);
  }, 120_000);

  afterAll(() => installation?.remove());

  it('1,000 mixed requests: sum of log costs = ledger = used, and every request has its row', async () => {
    const { admin, product, secret } = installation;
    await inParallel(REQUESTS, async (index) => {
      const kind = KINDS[index % KINDS.length];
      if (!kind) throw new Error('no such kind');
      const { path, body } = kind(index);
      const response = await fetch(product.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      await response.arrayBuffer();
    });
    const rows = () =>
      everyPage((cursor) =>
        admin.call(listRequestLogs, { query: { limit: 200, ...(cursor ? { cursor } : {}) } }),
      );
    await expect.poll(async () => (await rows()).length, { timeout: 15_000, interval: 200 }).toBe(REQUESTS);
    const logged = await rows();
    const charges = (
      await everyPage((cursor) =>
        admin.call(listLedger, { query: { limit: 200, kind: 'charge', ...(cursor ? { cursor } : {}) } }),
      )
    ).map(({ amountUsd }) => amountUsd);
    const { balance } = await admin.call(getMe, {});
    const cost = sumUsd(logged.map(({ costUsd }) => costUsd));
    expect(cost).toBeGreaterThan(0n);
    expect(formatUsd(-sumUsd(charges))).toBe(formatUsd(cost));
    expect(balance.usedUsd).toBe(formatUsd(cost));
    expect(balance.remainingUsd).toBe(formatUsd((parseUsd('100') ?? 0n) - cost));
    const paid = logged.filter(({ costUsd }) => costUsd !== '0');
    expect(charges).toHaveLength(paid.length);
    for (const { outcome } of paid) expect(outcome).toBe('ok');
    expect(new Set(logged.map(({ requestId }) => requestId)).size).toBe(REQUESTS);
  }, 180_000);

  it('what the upstream says it delivered is what was metered', async () => {
    const { upstream, admin } = installation;
    const { usage } = upstream.witness.summary();
    const logged = await everyPage((cursor) =>
      admin.call(listRequestLogs, { query: { limit: 200, outcome: 'ok', ...(cursor ? { cursor } : {}) } }),
    );
    const total = (pick: (row: (typeof logged)[number]) => number) =>
      logged.reduce((all, row) => all + pick(row), 0);
    expect(total((row) => row.usage.output)).toBe(usage.output);
    expect(total((row) => row.usage.input)).toBe(usage.input);
    expect(total((row) => row.usage.cacheRead)).toBe(usage.cacheRead);
    expect(total((row) => row.usage.cacheWrite5m)).toBe(usage.cacheWrite5m);
    expect(total((row) => row.usage.cacheWrite1h)).toBe(usage.cacheWrite1h);
  });
});
