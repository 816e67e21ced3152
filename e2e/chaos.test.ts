// Hundreds of streams while upstreams and clients misbehave at random: afterwards everything is as it was before.
import process from 'node:process';
import { createChannel, listChannels } from '@api-proxy/contracts/channels';
import { createKey } from '@api-proxy/contracts/keys';
import { createModel } from '@api-proxy/contracts/models';
import { createPrice } from '@api-proxy/contracts/prices';
import { getKeyUsage } from '@api-proxy/contracts/usage';
import { changeQuota, getMe, updateUser } from '@api-proxy/contracts/users';
import { type OpenedDatabase, openDatabase } from '@api-proxy/db/open';
import { rowsOf } from '@api-proxy/db/rows';
import { reconcile } from '@api-proxy/ledger/reconciliation/reconcile';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { available } from './harness/available.ts';
import { chaosModels, GOOD_BEHAVIOUR, isFlaky, type StormReport, storm } from './harness/chaos.ts';
import { INSPECTABLE, inspect } from './harness/inspected.ts';
import { TARIFF } from './harness/installation.ts';
import { type Person, register } from './harness/person.ts';
import { childrenOf, rssBytes, socketsOf, workersAmong } from './harness/process-facts.ts';
import { type Product, type ProductOptions, startProduct } from './harness/product.ts';
import { headOf, shoot } from './harness/raw-client.ts';

const CLIENTS = 200;
/** Places of the key, and as many of its user and of each channel: not one may be taken once all is quiet. */
const PLACES = 220;
/** Never reached, but counted. */
const MINUTE = { rpm: 1_000_000, tpm: 1_000_000_000 };
const SECONDS = Number(process.env.CHAOS_S ?? 600);
const SEED = Number(process.env.CHAOS_SEED ?? 1);
/** Upstream sockets are kept for 20 s, idle leases for 15 s and a round of 5 s. */
const QUIET_MS = 45_000;
/** Of what is kept after a full collection: a soak of 30,000 requests that each left 1 KB behind would fail. */
const MOST_KEPT_BYTES = 24 * 1024 * 1024;
/** Resident memory also holds what the allocator keeps for later. */
const MOST_GROWTH_BYTES = 96 * 1024 * 1024;
/**
 * The upstream lives in this process: while it stands still a healthy stream is silent, and cutting it would be right.
 * Hence longer than any pause that a busy machine makes; the longest one is printed (`stoodMs`).
 */
const IDLE_MS = 10_000;
const HOLDING = 'fake-claude+events=16,interval=1000';

const { databaseUrl, redisUrl } = available();
const MODES: { mode: string; product: ProductOptions; seconds: number }[] = [
  { mode: 'embedded', product: { database: 'embedded', env: INSPECTABLE }, seconds: SECONDS },
];
/** The same worker, with limits and places shared: shorter, as only that is new. */
if (databaseUrl && redisUrl) {
  const env = { ...INSPECTABLE, REDIS_URL: redisUrl };
  MODES.push({ mode: 'distributed', product: { database: 'postgres', env }, seconds: SECONDS / 4 });
}

describe.each(MODES)(`${CLIENTS} streams in $seconds s of chaos, $mode, seed ${SEED}`, (given) => {
  /** Brings code, pools and caches to their working size; memory is compared with what is resident after it. */
  const warmUpMs = Math.min(60, given.seconds / 3) * 1_000;
  let product: Product;
  let upstream: FakeUpstream;
  let admin: Person;
  let books: OpenedDatabase;
  let secret: string;

  beforeAll(async () => {
    upstream = await startFakeUpstream({ deterministic: true });
    product = await startProduct(given.product);
    admin = await register(product.url);
    const me = await admin.call(getMe, {});
    await admin.call(changeQuota, { params: { userId: me.id }, body: { amountUsd: '1000000' } });
    const limits = { maxConcurrency: PLACES, ...MINUTE };
    await admin.call(updateUser, { params: { userId: me.id }, body: { limits } });
    await furnish();
    secret = (await admin.call(createKey, { body: { name: 'storm', maxConcurrency: PLACES, ...MINUTE } }))
      .secret;
    books = openDatabase({ url: product.databaseUrl, poolSize: 1, applicationName: 'e2e' });
  }, 120_000);

  afterAll(async () => {
    await books?.close();
    await product?.remove();
    await upstream?.close();
  });

  /** Troubled upstreams come first, and have a healthy one behind them. */
  async function furnish(): Promise<void> {
    const models = chaosModels();
    const keys = [{ secret: 'upstream-secret' }];
    const shared = { baseUrl: upstream.url, keys, idleTimeoutMs: IDLE_MS, maxConcurrency: PLACES };
    for (const type of ['claude', 'openai'] as const) {
      const own = models.filter((model) => model.startsWith(type === 'claude' ? 'fake-claude' : 'fake-gpt'));
      const flaky = own.filter(isFlaky);
      const renames = Object.fromEntries(
        flaky.map((model) => [model, model.replace(/\+.*/, `+${GOOD_BEHAVIOUR}`)]),
      );
      const troubled = { name: `${type} troubled`, models: flaky, priority: 1, firstByteTimeoutMs: 5_000 };
      await admin.call(createChannel, { body: { ...shared, ...troubled, type } });
      await admin.call(createChannel, { body: { ...shared, name: type, type, renames } });
    }
    for (const name of [...models, HOLDING]) {
      await admin.call(createModel, { body: { provider: 'fake', name } });
      await admin.call(createPrice, { body: { model: name, tariff: TARIFF } });
    }
  }

  const worker = () => workersAmong(childrenOf(product.pid()))[0];
  const run = (seed: number, forMs: number): Promise<StormReport> =>
    storm({ url: product.url, secret, clients: CLIENTS, seed, forMs });

  /** Places in use, by whom they belong to. */
  async function placesTaken(): Promise<Record<string, number>> {
    const { rates } = await admin.call(getKeyUsage, { params: { key: secret } });
    const places = rates.filter(({ limit }) => limit === 'concurrency');
    return Object.fromEntries(places.map(({ scope, max, remaining }) => [scope, max - remaining]));
  }

  /** Everything that a request takes is back: sockets, places, channel slots, leases with their holds. */
  async function untilQuiet(): Promise<void> {
    const rest = async () => {
      const sockets = socketsOf(worker());
      const { items } = await admin.call(listChannels, {});
      const [leased] = rowsOf<{ sum: string }>(
        await books.db.execute('select coalesce(sum(amount), 0)::text as sum from budget_leases'),
      );
      return {
        upstreamSockets: sockets.outgoing(upstream.port),
        openAtUpstream: upstream.witness.summary().outcomes.open,
        inFlight: items.reduce((sum, { live }) => sum + live.inFlight, 0),
        leased: leased?.sum,
        places: await placesTaken(),
      };
    };
    await expect.poll(rest, { timeout: QUIET_MS, interval: 500 }).toEqual({
      ...{ upstreamSockets: 0, openAtUpstream: 0, inFlight: 0, leased: '0' },
      places: { key: 0, user: 0 },
    });
  }

  it(
    'what is whole arrives whole, what breaks says so, and nothing stays behind',
    async () => {
      const pid = worker();
      const warm = await run(SEED, warmUpMs);
      await untilQuiet();
      const inspected = await inspect(product, pid);
      const beforeBytes = rssBytes(pid);
      const keptBefore = await inspected.keptBytes();
      const main = await run(SEED + 1, given.seconds * 1_000 - warmUpMs);
      await untilQuiet();
      const kept = (await inspected.keptBytes()) - keptBefore;
      inspected.close();
      const grown = rssBytes(pid) - beforeBytes;
      const facts = {
        restMb: beforeBytes >> 20,
        grownMb: grown >> 20,
        keptKb: kept >> 10,
        sent: main.sent,
        left: main.left,
        stoodMs: Math.round(Math.max(warm.stoodMs, main.stoodMs)),
      };
      process.stdout.write(
        `chaos ${given.mode}: ${JSON.stringify({ ...facts, statuses: [...main.statuses] })}\n`,
      );
      expect([...warm.wrongs, ...main.wrongs]).toEqual([]);
      expect(kept).toBeLessThan(MOST_KEPT_BYTES);
      expect(grown).toBeLessThan(MOST_GROWTH_BYTES);
      expect(main.whole).toBeGreaterThan(main.sent / 4);
      expect(worker(), 'the worker was not restarted').toBe(pid);
      // Only what this test itself keeps open is left: its connections to the control API.
      expect(socketsOf(pid).incoming(Number(new URL(product.url).port))).toBeLessThan(10);
      await everyRequestHasOneRow([warm, main]);
    },
    given.seconds * 1_000 + 240_000,
  );

  async function everyRequestHasOneRow(storms: readonly StormReport[]): Promise<void> {
    const rows = rowsOf<{ tag: string; count: number }>(
      await books.db.execute(
        `select user_agent as tag, count(*)::int as count from request_log where user_agent like 'chaos-%' group by 1`,
      ),
    );
    expect(rows.filter(({ count }) => count !== 1)).toEqual([]);
    const booked = new Set(rows.map(({ tag }) => tag));
    const missing = storms.flatMap(({ answered }) => [...answered].filter((tag) => !booked.has(tag)));
    expect(missing).toEqual([]);
    expect(rows.length).toBeLessThanOrEqual(storms.reduce((sum, { sent }) => sum + sent, 0));
    const report = await reconcile(books.db);
    expect(report.differences).toEqual([]);
    expect(report.charged).toBeGreaterThan(0n);
  }

  it('every place of the key can be taken at once, and all of them are given back', async () => {
    const body = { model: HOLDING, max_tokens: 9, stream: true, messages: [{ role: 'user', content: 'x' }] };
    const requests = Array.from({ length: PLACES }, () =>
      shoot({ url: product.url, path: '/v1/messages', secret, body }),
    );
    const heads = await Promise.all(requests.map(headOf));
    expect(heads.map((head) => head?.statusCode)).toEqual(Array(PLACES).fill(200));
    expect(upstream.witness.summary().outcomes.open, 'at the same time').toBe(PLACES);
    expect(await placesTaken()).toEqual({ key: PLACES, user: PLACES });
    for (const req of requests) req.destroy();
    await expect.poll(placesTaken, { timeout: 5_000, interval: 100 }).toEqual({ key: 0, user: 0 });
  }, 60_000);
});
