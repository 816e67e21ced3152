// Limits in Redis pass the contract, hold among workers, and cost no call while they are far.
import { manualClock } from '@api-proxy/kit/clock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RedisLink } from '../link/redis.ts';
import { LimitWorkers } from '../testing/limit-workers.ts';
import { limitStoreContract } from './contract.ts';
import type { LimitStore } from './port.ts';

// A database of this file's own, as it is emptied.
const url = process.env.TEST_REDIS_URL && `${process.env.TEST_REDIS_URL}/1`;
const workers = new LimitWorkers(url);

afterEach(async () => {
  vi.restoreAllMocks();
  await workers.close();
});

describe.skipIf(!url)('limits in redis', () => {
  let link: RedisLink;

  beforeEach(async () => {
    link = await workers.link();
    await link.redis.flushdb();
  });

  limitStoreContract(async () => workers.worker(link, { clock: manualClock() }));

  it('three workers admit the limit once among them', async () => {
    const stores = [
      workers.worker(link),
      workers.worker(await workers.link()),
      workers.worker(await workers.link()),
    ];
    const window = { key: 'rpm:{usr_1}', max: 100 };
    const admitted = await Promise.all(stores.map((store) => workers.atOnce(store, 333, window)));
    expect(admitted.reduce((sum, each) => sum + each, 0)).toBe(100);
  });

  it('what another worker holds on lease and does not use comes back before anybody is refused', async () => {
    const stores = [
      workers.worker(link),
      workers.worker(await workers.link()),
      workers.worker(await workers.link()),
    ] as const;
    const window = { key: 'rpm:{usr_1}', max: 1_000 };
    expect(await workers.many(stores[0], 90, window)).toBe(90);
    expect(await workers.many(stores[1], 90, window)).toBe(90);
    expect(await link.redis.hlen('api-proxy:limit:rpm:{usr_1}:lent')).toBe(2);
    expect(await workers.atOnce(stores[2], 2_000, window)).toBe(820);
    expect(await workers.many(stores[0], 5, window)).toBe(0);
  });

  it('a limit that is far costs a statement for dozens of requests, one that is near one for each', async () => {
    const store = workers.worker(link);
    const run = vi.spyOn(link, 'run');
    const request = async (max: number) => {
      const holder = workers.holder();
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

  it('of a request that one limit refuses nothing is used of those that leases cover', async () => {
    const store = workers.worker(link);
    const user = { key: 'rpm:{usr_1}', max: 100_000 };
    const places = { key: 'slots:{usr_1}', max: 100 };
    await workers.many(store, 20, user);
    await store.takeAll({ holder: 'req_first', windows: [], slots: [places], nowMs: Date.now() });
    const admitted = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const windows = [user, { key: 'rpm:{usr_1}:key_1', max: 10 }].map((each) => ({ ...each, amount: 1 }));
        const request = { holder: workers.holder(), windows, slots: [places], nowMs: Date.now() };
        return (await store.takeAll(request)).ok;
      }),
    );
    expect(admitted.filter(Boolean)).toHaveLength(10);
    expect(await store.inUse(places.key, Date.now())).toBe(11);
    await store.close();
    expect(await link.redis.hget('api-proxy:limit:rpm:{usr_1}', 's')).toBe('30');
  });

  it('a limit that is lowered holds at once, whatever is out on lease', async () => {
    const store = workers.worker(link);
    expect(await workers.many(store, 50, { key: 'rpm:{usr_1}', max: 100_000 })).toBe(50);
    expect(await workers.many(store, 50, { key: 'rpm:{usr_1}', max: 60 })).toBe(10);
  });

  it('a key that asks says nothing of the other keys of its user', async () => {
    const store = workers.worker(link);
    const run = vi.spyOn(link, 'run');
    for (let turn = 0; turn < 3; turn++)
      for (let key = 0; key < 50; key++)
        await workers.many(store, 1, { key: `rpm:{usr_1}:key_${key}`, max: 10_000 });
    expect(run.mock.calls.map(([, keys]) => keys.length)).toEqual(Array(50).fill(1));
  });

  it('in no minute more is admitted than the limit, however workers, time and corrections run', async () => {
    const clock = manualClock();
    const stores = [
      workers.worker(link, { clock }),
      workers.worker(await workers.link(), { clock }),
      workers.worker(link, { clock }),
    ];
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
        const request = { holder: workers.holder(), windows, slots: [], nowMs };
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
    const dead = workers.worker(link, { clock });
    const alive = workers.worker(await workers.link(), { clock });
    const take = (store: LimitStore, amount: number) =>
      store.takeAll({
        holder: workers.holder(),
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
    const dead = workers.worker(link, { clock: manualClock(Date.now()) });
    const alive = workers.worker(await workers.link());
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
      const stores = [
        workers.worker(link),
        workers.worker(await workers.link()),
        workers.worker(await workers.link()),
      ];
      const slot = { key: 'slots:{usr_1}', max };
      let now = 0;
      let most = 0;
      let taken = 0;
      const caller = async (store: LimitStore, patience: number) => {
        for (let turn = 0; turn < 40; turn++) {
          const holder = workers.holder();
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
    const stores = [workers.worker(link), workers.worker(await workers.link())];
    const take = async (store: LimitStore | undefined, slot: { key: string; max: number }) =>
      (await store?.takeAll({ holder: workers.holder(), windows: [], slots: [slot], nowMs: Date.now() }))
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
  const slowly = async () => {
    const link = await workers.link();
    await link.redis.flushdb();
    const slow = { answers: false };
    const run: RedisLink['run'] = async (...question) => {
      const answer = await link.run(...question);
      if (slow.answers) await new Promise((resolve) => setTimeout(resolve, 400));
      return answer;
    };
    return {
      slow,
      stores: [workers.worker({ ...link, run }), workers.worker(await workers.link())] as const,
    };
  };

  // The second worker calls back what the first one holds, and gets it before that one has its answer.
  it('no place is used while a statement that gives it back is under way', async () => {
    const { slow, stores } = await slowly();
    const slot = { key: 'slots:{usr_1}', max: 40 };
    const take = async (store: LimitStore) =>
      (await store.takeAll({ holder: workers.holder(), windows: [], slots: [slot], nowMs: Date.now() })).ok;
    expect(await take(stores[0])).toBe(true);
    slow.answers = true;
    const taken = await Promise.all(Array.from({ length: 60 }, () => take(stores[1])));
    taken.push(await take(stores[0]));
    expect(taken.filter(Boolean)).toHaveLength(39);
  });

  it('no lease is used while a statement that gives it back is under way', async () => {
    const { slow, stores } = await slowly();
    const window = { key: 'rpm:{usr_1}', max: 1_000 };
    expect(await workers.many(stores[0], 20, window)).toBe(20);
    slow.answers = true;
    expect(await workers.atOnce(stores[1], 1_500, window)).toBe(980);
    expect(await workers.many(stores[0], 3, window)).toBe(0);
  });
});
