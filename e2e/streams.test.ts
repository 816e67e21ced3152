// Many streams at once on little: memory per slow reader, five database connections, and upstreams freed as clients leave.
import { setTimeout as sleep } from 'node:timers/promises';
import { listChannels, updateChannel } from '@api-proxy/contracts/channels';
import { listKeys } from '@api-proxy/contracts/keys';
import { listRequestLogs } from '@api-proxy/contracts/request-logs';
import { getMe } from '@api-proxy/contracts/users';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INSPECTABLE, type Inspected, inspect } from './harness/inspected.ts';
import { type Installation, startInstallation } from './harness/installation.ts';
import { childrenOf, workersAmong } from './harness/process-facts.ts';
import { databaseKinds } from './harness/product.ts';
import { headOf, readAll, shoot } from './harness/raw-client.ts';

const PACED = 'fake-claude+events=30,interval=100';
const HUGE = 'fake-claude+huge=50';
const CRUMBS = 'fake-claude+events=400000,size=16';
const SILENT = 'fake-claude+stall-head';
const ENDLESS = 'fake-claude+events=100000,interval=20';
const MB = 1_024 * 1_024;

let installation: Installation;
const setUp = async (database: 'embedded' | 'postgres') => {
  const models = [PACED, HUGE, CRUMBS, SILENT, ENDLESS];
  installation = await startInstallation(
    { database, env: { DATABASE_POOL_SIZE: '5', ...INSPECTABLE } },
    models,
  );
};

type Wish = { model: string; stream?: boolean; tag?: string };

const ask = ({ model, stream = true, tag = 'streams' }: Wish) =>
  shoot({
    url: installation.product.url,
    path: '/v1/messages',
    secret: installation.secret,
    body: { model, stream, max_tokens: 64, messages: [{ role: 'user', content: 'hello' }] },
    headers: { 'user-agent': tag },
  });

const open = () => installation.upstream.witness.summary().outcomes.open;
const untilOpen = (count: number) => expect.poll(open, { timeout: 20_000, interval: 20 }).toBe(count);

describe.each(databaseKinds())('with five connections to the %s database', (database) => {
  beforeAll(() => setUp(database), 120_000);
  afterAll(() => installation?.remove());

  it('200 streams run at the same time and end whole, and the console answers meanwhile', async () => {
    const { admin } = installation;
    const answers = Promise.all(Array.from({ length: 200 }, () => readAll(ask({ model: PACED }))));
    await untilOpen(200);
    const began = performance.now();
    await Promise.all([
      ...[1, 2, 3, 4].map(() => admin.call(getMe, {})),
      ...[1, 2, 3, 4].map(() => admin.call(listRequestLogs, {})),
      ...[1, 2, 3, 4].map(() => admin.call(listKeys, {})),
    ]);
    expect(performance.now() - began).toBeLessThan(2_500);
    expect(open(), 'they were asked while the streams ran').toBeGreaterThan(150);
    const seen = await answers;
    const whole = ({ status, complete, text }: (typeof seen)[number]) =>
      status === 200 && complete && text.includes('event: message_stop');
    expect(seen.filter((answer) => !whole(answer))).toEqual([]);
    const rows = async () => (await admin.call(listRequestLogs, { query: { limit: 200 } })).items;
    await expect.poll(async () => (await rows()).length, { timeout: 15_000 }).toBe(200);
    expect(new Set((await rows()).map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
  }, 60_000);
});

describe('slow readers', () => {
  const READERS = 30;
  let inspected: Inspected;
  beforeAll(async () => {
    await setUp('embedded');
    const { product } = installation;
    inspected = await inspect(product, workersAmong(childrenOf(product.pid()))[0]);
  }, 120_000);
  afterAll(async () => {
    inspected?.close();
    await installation?.remove();
  });

  it.each([
    ['50 MB in large events', HUGE],
    ['many small events', CRUMBS],
  ])(
    'a client that takes 1 KB/s from %s costs less than 1 MB',
    async (_name, model) => {
      const { upstream } = installation;
      // Code and pools at their working size: what readers cost is told apart from what the first requests cost.
      await Promise.all(Array.from({ length: 100 }, () => readAll(ask({ model: PACED }))));
      upstream.reset();
      const before = await inspected.keptBytes();
      const requests = Array.from({ length: READERS }, () => ask({ model }));
      const readers = await Promise.all(
        requests.map(async (req) => {
          const res = await headOf(req);
          expect(res?.statusCode).toBe(200);
          return setInterval(() => res?.read(1_024), 1_000);
        }),
      );
      await untilOpen(READERS);
      const sent = () =>
        upstream.witness
          .recent()
          .reduce((sum, one) => (one.outcome === 'open' ? sum + one.bytesSent : sum), 0);
      await stands(sent);
      const each = ((await inspected.keptBytes()) - before) / READERS;
      process.stdout.write(`slow readers: ${Math.round(each / 1_024)} KB each, ${model}\n`);
      expect(sent()).toBeLessThan(READERS * 20 * MB);
      expect(open(), 'all of them still read').toBe(READERS);
      for (const timer of readers) clearInterval(timer);
      for (const req of requests) req.destroy();
      await untilOpen(0);
      expect(each).toBeLessThan(MB);
    },
    90_000,
  );

  /** Waits until a number has not moved for two seconds: every buffer on the way is full. */
  async function stands(read: () => number): Promise<void> {
    let last = -1;
    let since = performance.now();
    while (performance.now() - since < 2_000) {
      const now = read();
      if (now > last + 256 * 1_024) {
        last = now;
        since = performance.now();
      }
      await sleep(100);
    }
  }
});

describe('clients that leave', () => {
  const TIMES = 100;
  const AT_ONCE = 5;
  beforeAll(() => setUp('embedded'), 120_000);
  afterAll(() => installation?.remove());

  /** Leaves when `ready` says so; gives how long the upstream took to see it. */
  async function leave(
    wish: Wish,
    ready: (req: ReturnType<typeof ask>) => Promise<unknown>,
  ): Promise<number> {
    const { witness } = installation.upstream;
    const req = ask(wish);
    const seen = witness.waitFor(({ headers }) => headers['user-agent'] === wish.tag, 10_000);
    await ready(req);
    await seen;
    const leftMs = Date.now();
    req.destroy();
    const gone = await witness.waitFor(
      ({ headers, outcome }) => headers['user-agent'] === wish.tag && outcome !== 'open',
      10_000,
    );
    expect(gone.outcome).toBe('aborted');
    return (gone.closedAt ?? Number.POSITIVE_INFINITY) - leftMs;
  }

  const firstBytes = async (req: ReturnType<typeof ask>) => {
    const res = await headOf(req);
    await new Promise((resolve) => res?.once('data', resolve));
  };
  const someEvents = async (req: ReturnType<typeof ask>) => {
    const res = await headOf(req);
    for (let count = 0; count < 5; count += 1) await new Promise((resolve) => res?.once('data', resolve));
  };
  const atUpstream = (tag: string) => () =>
    installation.upstream.witness.waitFor(
      ({ headers, model }) => headers['user-agent'] === tag && model !== null,
      10_000,
    );

  it.each([
    ['before the head of a stream', SILENT, true, atUpstream],
    ['while a JSON answer is pending', SILENT, false, atUpstream],
    ['at the first event', ENDLESS, true, () => firstBytes],
    ['in the middle of a stream', ENDLESS, true, () => someEvents],
  ] as const)(
    '%s: the upstream sees it within 250 ms, 100 times of 100',
    async (name, model, stream, when) => {
      installation.upstream.reset();
      const took: number[] = [];
      const client = async (index: number) => {
        for (let turn = index; turn < TIMES; turn += AT_ONCE) {
          const tag = `${name} ${turn}`;
          took.push(await leave({ model, stream, tag }, when(tag)));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => client(index)));
      expect(took).toHaveLength(TIMES);
      expect(took.filter((ms) => ms >= 250)).toEqual([]);
    },
    60_000,
  );

  it('who waits for a busy channel and leaves never reaches the upstream, and makes room at once', async () => {
    const { admin, upstream } = installation;
    const { items } = await admin.call(listChannels, {});
    const channelId = items.find(({ type }) => type === 'claude')?.id ?? '';
    await admin.call(updateChannel, { params: { channelId }, body: { maxConcurrency: 1 } });
    const holder = ask({ model: ENDLESS, tag: 'holder' });
    await firstBytes(holder);
    const waiting = Array.from({ length: TIMES }, () => ask({ model: ENDLESS, tag: 'waiting' }));
    // All of them have been sent and none is answered: they wait.
    await Promise.all(waiting.map((req) => new Promise((resolve) => req.once('finish', resolve))));
    await sleep(300);
    for (const req of waiting) req.destroy();
    const closed = async () =>
      (await admin.call(listRequestLogs, { query: { limit: 200, outcome: 'client_closed' } })).items.filter(
        ({ status, firstByteMs, costUsd }) => status === 499 && firstByteMs === null && costUsd === '0',
      ).length;
    // Those that left before any head in the tests above have such a row, too.
    await expect.poll(closed, { timeout: 5_000 }).toBeGreaterThanOrEqual(TIMES);
    const tags = upstream.witness.recent().map(({ headers }) => headers['user-agent']);
    expect(tags).not.toContain('waiting');
    holder.destroy();
    const began = performance.now();
    const next = ask({ model: ENDLESS, tag: 'next' });
    await firstBytes(next);
    expect(performance.now() - began).toBeLessThan(2_000);
    next.destroy();
    await untilOpen(0);
  }, 30_000);
});
