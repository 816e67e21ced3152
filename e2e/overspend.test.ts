// A hundred parallel requests on a balance for ten: at most ten reach the upstream, and the balance stays at or above zero.

import { openDatabase } from '@api-proxy/db/open';
import { reconcile } from '@api-proxy/ledger/reconciliation/reconcile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { available } from './harness/available.ts';
import { type Cluster, startCluster } from './harness/cluster.ts';
import { newCustomer } from './harness/customer.ts';
import { type Installation, startInstallation, TARIFF } from './harness/installation.ts';
import type { Person } from './harness/person.ts';
import { databaseKinds } from './harness/product.ts';

const TOKENS = 2_000;
const PARALLEL = 100;
const AFFORDABLE = 10n;
const { databaseUrl, redisUrl } = available();

/** A model whose answers take a moment and cost nearly all of what is held for them. */
const modelOf = (name: string) => `fake-claude+tokens=${TOKENS},delay=150,id=${name}`;
const NAMES = ['single', 'shared', 'redisless'] as const;

const outputNano = BigInt(TARIFF.output) * 1_000n * BigInt(TOKENS);
/** Output and ten input tokens, which is less than any of the requests has. */
const COST = outputNano + 10n * BigInt(TARIFF.input) * 1_000n;

type Attack = {
  urls: readonly string[];
  admin: Person;
  name: (typeof NAMES)[number];
};

/** Sends all requests at once, spread over the servers; gives how often each status came and what is left. */
async function attack({ urls, admin, name }: Attack) {
  const [first = ''] = urls;
  const balance = COST * AFFORDABLE;
  const customer = await newCustomer(first, admin, { name, balance });
  const body = JSON.stringify({
    model: modelOf(name),
    max_tokens: TOKENS,
    messages: [{ role: 'user', content: 'What does all of this cost in the end, and who pays?' }],
  });
  const ask = async (index: number): Promise<number> => {
    const response = await fetch(`${urls[index % urls.length]}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': customer.secret, 'content-type': 'application/json' },
      body,
    });
    await response.arrayBuffer();
    return response.status;
  };
  const statuses = await Promise.all(Array.from({ length: PARALLEL }, (_, index) => ask(index)));
  const admitted = statuses.filter((status) => status === 200).length;
  expect(new Set(statuses)).toEqual(new Set([200, 402]));
  // Booked within moments.
  await expect
    .poll(async () => (balance - (await customer.remaining())) / COST, { timeout: 10_000, interval: 50 })
    .toBe(BigInt(admitted));
  return { admitted, remaining: await customer.remaining() };
}

function expectAtMostTen(
  upstream: Installation['upstream'],
  name: Attack['name'],
  { admitted, remaining }: { admitted: number; remaining: bigint },
): void {
  const seen = upstream.witness.summary().models[modelOf(name)]?.requests;
  expect(seen).toBe(admitted);
  expect(admitted).toBeLessThanOrEqual(Number(AFFORDABLE));
  // Not by refusing everybody: all but what parts of leases are too small for.
  expect(admitted).toBeGreaterThan(Number(AFFORDABLE) / 2);
  expect(remaining).toBeGreaterThanOrEqual(0n);
}

describe.each(databaseKinds())('one server on the %s database', (database) => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await startInstallation({ database }, NAMES.map(modelOf));
  }, 120_000);
  afterAll(() => installation?.remove());

  it('admits at most ten', async () => {
    const { product, admin, upstream } = installation;
    const outcome = await attack({ urls: [product.url], admin, name: 'single' });
    expectAtMostTen(upstream, 'single', outcome);
  }, 60_000);
});

describe.skipIf(!databaseUrl || !redisUrl)('three servers on one PostgreSQL', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(NAMES.map(modelOf));
  }, 120_000);
  afterAll(() => cluster?.remove());

  const urls = () => cluster.instances.map(({ url }) => url);

  it('admit at most ten together', async () => {
    const outcome = await attack({ urls: urls(), admin: cluster.admin, name: 'shared' });
    expectAtMostTen(cluster.upstream, 'shared', outcome);
  }, 60_000);

  it('admit at most ten together while Redis is away, and the books agree', async () => {
    await cluster.redis.stop();
    const outcome = await attack({ urls: urls(), admin: cluster.admin, name: 'redisless' });
    expectAtMostTen(cluster.upstream, 'redisless', outcome);
    const { db, close } = openDatabase({
      ...{ url: cluster.databaseUrl, poolSize: 1, applicationName: 'e2e' },
    });
    const { difference, differences } = await reconcile(db);
    await close();
    expect(differences).toEqual([]);
    expect(difference).toBe(0n);
  }, 60_000);
});
