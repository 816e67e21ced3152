// Limits in Redis pass the contract, hold among workers, cost no call while they are far, and go on without Redis.
import { manualClock, systemClock } from '@api-proxy/kit/clock';
import { silentLogger } from '@api-proxy/kit/logger';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryBus } from '../bus/memory.ts';
import { openRedisLink, type RedisLink } from '../link/redis.ts';
import { limitStoreContract } from './contract.ts';
import type { LimitStore } from './port.ts';
import { redisLimits } from './redis.ts';

// A database of this file's own, as it is emptied.
const url = process.env.TEST_REDIS_URL && `${process.env.TEST_REDIS_URL}/1`;
const NOBODY = 'redis://127.0.0.1:1';
const opened: { close(): Promise<void> }[] = [];
const bus = memoryBus({ logger: silentLogger });
let serial = 0;

async function linkTo(): Promise<RedisLink> {
  const link = openRedisLink({ url: url ?? NOBODY, logger: silentLogger });
  opened.unshift(link);
  if (url) await untilUp(link);
  return link;
}

async function untilUp(link: RedisLink): Promise<void> {
  await expect.poll(() => link.state(), { timeout: 5_000 }).toBe('up');
}

type Over = Partial<Omit<Parameters<typeof redisLimits>[0], 'instances'>> & { instances?: number };

function worker(link: RedisLink, { instances = 1, ...over }: Over = {}): LimitStore {
  const workerId = `wrk_${serial++}`;
  const store = redisLimits({
    ...{ link, bus, clock: systemClock, workerId, instances: () => instances },
    ...over,
  });
  opened.unshift(store);
  return store;
}

/** Requests one after the other; gives how many were admitted. */
async function many(store: LimitStore | undefined, count: number, window: { key: string; max: number }) {
  let admitted = 0;
  for (let index = 0; index < count; index++) {
    const windows = [{ ...window, amount: 1 }];
    const verdict = await store?.takeAll({
      holder: `req_${serial++}`,
      windows,
      slots: [],
      nowMs: Date.now(),
    });
    if (verdict?.ok) admitted++;
  }
  return admitted;
}

/** The same at once. */
async function atOnce(store: LimitStore | undefined, count: number, window: { key: string; max: number }) {
  return (await Promise.all(Array.from({ length: count }, () => many(store, 1, window)))).filter(
    (admitted) => admitted === 1,
  ).length;
}

afterEach(async () => {
  vi.restoreAllMocks();
  for (const one of opened.splice(0)) await one.close();
});

describe.skipIf(!url)('limits in redis', () => {
  let link: RedisLink;

  beforeEach(async () => {
    link = await linkTo();
    await link.redis.flushdb();
  });

  limitStoreContract(async () => worker(link, { clock: manualClock() }));

  it('three workers admit the limit once among them', async () => {
    const stores = [worker(link), worker(await linkTo()), worker(await linkTo())];
    const window = { key: 'rpm:{usr_1}', max: 100 };
    const admitted = await Promise.all(stores.map((store) => atOnce(store, 333, window)));
    expect(admitted.reduce((sum, each) => sum + each, 0)).toBe(100);
  });

  it('what another worker holds on lease and does not use comes back before anybody is refused', async () => {
    const stores = [worker(link), worker(await linkTo()), worker(await linkTo())];
    const window = { key: 'rpm:{usr_1}', max: 1_000 };
    expect(await many(stores[0], 90, window)).toBe(90);
    expect(await many(stores[1], 90, window)).toBe(90);
    expect(await link.redis.hlen('api-proxy:limit:rpm:{usr_1}:lent')).toBe(2);
    expect(await atOnce(stores[2], 2_000, window)).toBe(820);
    expect(await many(stores[0], 5, window)).toBe(0);
  });

  it('a limit that is far costs a statement for dozens of requests, one that is near one for each', async () => {
    const store = worker(link);
    const run = vi.spyOn(link, 'run');
    const request = async (max: number) => {
      const holder = `req_${serial++}`;
      const windows = [{ key: `rpm:{usr_${max}}`, max, amount: 1 }];
      const slot = { key: `slots:{usr_${max}}`, max };
      const verdict = await store.takeAll({ holder, windows, slots: [slot], nowMs: Date.now() });
      expect(verdict.ok).toBe(true);
      store.release({ holder, slots: [slot.key], windows: [], nowMs: Date.now() });
    };
    for (let count = 0; count < 500; count++) await request(100_000);
    expect(run.mock.calls.length).toBeLessThan(25);
    run.mockClear();
    for (let count = 0; count < 20; count++) await request(20);
    expect(run.mock.calls.length).toBeGreaterThanOrEqual(20);
  });

  it('in no minute more is admitted than the limit, however workers, time and corrections run', async () => {
    const clock = manualClock();
    const stores = [worker(link, { clock }), worker(await linkTo(), { clock }), worker(link, { clock })];
    const max = 600;
    const admitted: number[] = [];
    let random = 7;
    const next = (below: number) => {
      random = (random * 48_271) % 2_147_483_647;
      return random % below;
    };
    for (let round = 0; round < 600; round++) {
      clock.advance(next(400));
      const nowMs = clock.nowMs();
      // Now most come to one worker, now to another: what the others hold lies unused for a time.
      const favourite = Math.floor(round / 7) % 3;
      const burst = Array.from({ length: next(12) }, async () => {
        const windows = [{ key: 'rpm:{usr_1}', max, amount: 1 }];
        const request = { holder: `req_${serial++}`, windows, slots: [], nowMs };
        const store = stores[next(10) < 9 ? favourite : next(3)];
        if ((await store?.takeAll(request))?.ok) admitted.push(nowMs);
      });
      await Promise.all(burst);
    }
    // Bucket by bucket: a window is exact to the second.
    const seconds = admitted.map((atMs) => Math.floor(atMs / 1_000));
    const fullest = Math.max(
      ...seconds.map((last) => seconds.filter((each) => each > last - 60 && each <= last).length),
    );
    expect(fullest).toBeLessThanOrEqual(max);
    // And the limit is of use: whatever lies on lease elsewhere is less than a tenth.
    expect(fullest).toBeGreaterThan(max * 0.9);
  });

  it('the lease of a worker that is never heard of again counts as used, and is free a minute later', async () => {
    const clock = manualClock();
    const dead = worker(link, { clock });
    const alive = worker(await linkTo(), { clock });
    const take = (store: LimitStore, amount: number) =>
      store.takeAll({
        holder: `req_${serial++}`,
        windows: [{ key: 'tpm:{usr_1}', max: 1_000, amount }],
        slots: [],
        nowMs: clock.nowMs(),
      });
    await take(dead, 60);
    const lease = Number((await link.redis.hvals('api-proxy:limit:tpm:{usr_1}:lent'))[0]?.split(':')[0] ?? 0);
    expect(lease).toBeGreaterThan(0);
    clock.advance(21_000);
    expect(await take(alive, 1_000 - 60)).toMatchObject({ ok: false });
    expect(await take(alive, 1_000 - 60 - lease)).toMatchObject({ ok: true });
    clock.advance(60_000);
    expect(await take(alive, 1_000)).toMatchObject({ ok: true });
  });

  it('a place whose worker is never heard of again is free after its lease', async () => {
    const dead = worker(link, { clock: manualClock(Date.now()) });
    const alive = worker(await linkTo());
    const slot = { key: 'slots:{usr_1}', max: 1 };
    const nowMs = Date.now();
    expect((await dead.takeAll({ holder: 'req_dead', windows: [], slots: [slot], nowMs })).ok).toBe(true);
    const soon = { holder: 'req_2', windows: [], slots: [slot], nowMs: nowMs + 59_000 };
    expect((await alive.takeAll(soon)).ok).toBe(false);
    expect((await alive.takeAll({ ...soon, nowMs: nowMs + 60_001 })).ok).toBe(true);
  });

  it.each([
    [5, 4],
    [48, 30],
  ])(
    '%i places never have more holders among three workers that take and give back',
    async (max, clients) => {
      const stores = [worker(link), worker(await linkTo()), worker(await linkTo())];
      const slot = { key: 'slots:{usr_1}', max };
      let now = 0;
      let most = 0;
      let taken = 0;
      const caller = async (store: LimitStore, patience: number) => {
        for (let turn = 0; turn < 40; turn++) {
          const holder = `req_${serial++}`;
          const verdict = await store.takeAll({ holder, windows: [], slots: [slot], nowMs: Date.now() });
          if (!verdict.ok) continue;
          taken++;
          most = Math.max(most, ++now);
          for (let turns = turn % patience; turns >= 0; turns--) await new Promise(setImmediate);
          now--;
          store.release({ holder, slots: [slot.key], windows: [], nowMs: Date.now() });
        }
      };
      const callers = stores.flatMap((store) =>
        Array.from({ length: clients }, (_, index) => caller(store, 1 + (index % 7))),
      );
      await Promise.all(callers);
      expect(most).toBeLessThanOrEqual(max);
      expect(most).toBeGreaterThan(max * 0.8);
      expect(taken).toBeGreaterThan(100);
    },
  );

  it('places that another worker holds unused come back before anybody is refused, and are given once', async () => {
    const stores = [worker(link), worker(await linkTo())];
    const take = async (store: LimitStore | undefined, slot: { key: string; max: number }) =>
      (await store?.takeAll({ holder: `req_${serial++}`, windows: [], slots: [slot], nowMs: Date.now() }))
        ?.ok === true;
    for (let round = 0; round < 20; round++) {
      const slot = { key: `slots:{usr_${round}}`, max: 40 };
      expect(await take(stores[0], slot)).toBe(true);
      const taken = Array.from({ length: 60 }, () => take(stores[1], slot));
      // The first worker goes on using what it holds while that is called back.
      for (let turn = 0; turn < round; turn++) {
        if (turn % 4 === 3) taken.push(take(stores[0], slot));
        await new Promise(setImmediate);
      }
      expect((await Promise.all(taken)).filter(Boolean)).toHaveLength(39);
      expect(await take(stores[0], slot)).toBe(false);
    }
  });
});

describe.skipIf(!url)('limits over a slow way to redis', () => {
  it('nothing is used while a statement that gives it back is under way', async () => {
    const link = await linkTo();
    await link.redis.flushdb();
    let answersLate = false;
    const run: RedisLink['run'] = async (...question) => {
      const answer = await link.run(...question);
      if (answersLate) await new Promise((resolve) => setTimeout(resolve, 400));
      return answer;
    };
    const stores = [worker({ ...link, run }), worker(await linkTo())];
    const slot = { key: 'slots:{usr_1}', max: 40 };
    const take = async (store: LimitStore | undefined) =>
      (await store?.takeAll({ holder: `req_${serial++}`, windows: [], slots: [slot], nowMs: Date.now() }))
        ?.ok === true;
    expect(await take(stores[0])).toBe(true);
    answersLate = true;
    // Calls the spare places of the first worker back, and gets them before that one has its answer.
    const taken = await Promise.all(Array.from({ length: 60 }, () => take(stores[1])));
    taken.push(await take(stores[0]));
    expect(taken.filter(Boolean)).toHaveLength(39);
  });
});

describe.skipIf(!url)('places in a redis that loses them', () => {
  const slot = { key: 'slots:{usr_lost}', max: 5 };
  const holders = Array.from({ length: 5 }, (_, index) => `req_${index}`);
  let link: RedisLink;
  let store: LimitStore;
  let beside: LimitStore;

  const open = async (heartbeatMs: number) => {
    link = await linkTo();
    await link.redis.flushdb();
    store = worker(link, { heartbeatMs });
    beside = worker(await linkTo());
    for (const holder of holders) expect(await take(store, holder)).toBe(true);
  };
  const take = async (by: LimitStore, holder: string) =>
    (await by.takeAll({ holder, windows: [], slots: [slot], nowMs: Date.now() })).ok;
  const inUse = () => Promise.resolve(beside.inUse(slot.key, Date.now())).catch(() => -1);

  it('are stated by the next heartbeat: 5 never are 6, and what was given back stays free', async () => {
    await open(50);
    store.release({ holder: 'req_4', slots: [slot.key], windows: [], nowMs: Date.now() });
    await link.redis.flushdb();
    await expect.poll(inUse).toBe(4);
    expect(await take(store, 'req_5')).toBe(true);
    expect(await take(store, 'req_6')).toBe(false);
    await link.redis.flushdb();
    await expect.poll(inUse).toBe(5);
    expect(await take(beside, 'req_7')).toBe(false);
    for (const holder of [...holders, 'req_5'])
      store.release({ holder, slots: [slot.key], windows: [], nowMs: Date.now() });
    await expect.poll(inUse).toBe(0);
  });

  it('are stated as soon as it is back, without a wait for the heartbeat', async () => {
    await open(60_000);
    await link.redis.flushdb();
    link.redis.disconnect(true);
    await expect.poll(inUse, { timeout: 5_000 }).toBe(5);
    expect(await take(beside, 'req_5')).toBe(false);
  });
});

describe.skipIf(!url)('limits around an outage of redis', () => {
  it('what was admitted before counts in this worker, and what was admitted meanwhile is told after', async () => {
    const link = await linkTo();
    await link.redis.flushdb();
    const store = worker(link, { instances: 2 });
    const beside = worker(await linkTo(), { instances: 2 });
    const window = { key: 'rpm:{usr_1}', max: 100 };
    expect(await many(store, 30, window)).toBe(30);
    link.redis.disconnect();
    await expect.poll(() => link.state()).toBe('down');
    expect(await many(store, 100, window)).toBe(20);
    await link.redis.connect();
    await untilUp(link);
    const counted = async () => Number(await link.redis.hget('api-proxy:limit:rpm:{usr_1}', 's'));
    await expect.poll(counted).toBe(50);
    expect(await many(beside, 100, window)).toBe(50);
  });

  it('calls that run on count against this worker alone', async () => {
    const link = await linkTo();
    await link.redis.flushdb();
    const store = worker(link);
    const slot = { key: 'slots:{usr_1}', max: 5 };
    const take = async () =>
      (await store.takeAll({ holder: `req_${serial++}`, windows: [], slots: [slot], nowMs: Date.now() })).ok;
    for (let count = 0; count < 3; count++) expect(await take()).toBe(true);
    link.redis.disconnect();
    await expect.poll(() => link.state()).toBe('down');
    const taken = [await take(), await take(), await take()];
    expect(taken).toEqual([true, true, false]);
  });
});

describe('limits without redis', () => {
  it('go on in this worker with its part of the limit, and at once', async () => {
    const link = openRedisLink({ url: NOBODY, logger: silentLogger });
    opened.unshift(link);
    const store = worker(link, { instances: 3 });
    const startedMs = performance.now();
    expect(await atOnce(store, 100, { key: 'rpm:{usr_1}', max: 30 })).toBe(10);
    expect(performance.now() - startedMs).toBeLessThan(300);
  });

  it('a place is given back once', async () => {
    const link = openRedisLink({ url: NOBODY, logger: silentLogger });
    opened.unshift(link);
    const store = worker(link);
    const slot = { key: 'slots:{usr_1}', max: 2 };
    for (const holder of ['req_1', 'req_2'])
      await store.takeAll({ holder, windows: [], slots: [slot], nowMs: 1_000 });
    for (let times = 0; times < 3; times++)
      store.release({ holder: 'req_1', slots: [slot.key], windows: [], nowMs: 2_000 });
    expect(await store.inUse(slot.key, 2_000)).toBe(1);
  });
});
