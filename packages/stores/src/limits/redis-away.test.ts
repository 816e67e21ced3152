// Limits whose Redis loses its data, goes away or was never there: they hold, and are shared again when it is back.
import { afterEach, describe, expect, it } from 'vitest';
import type { RedisLink } from '../link/redis.ts';
import { LimitWorkers } from '../testing/limit-workers.ts';
import type { LimitStore } from './port.ts';

// A database of this file's own, as it is emptied.
const url = process.env.TEST_REDIS_URL && `${process.env.TEST_REDIS_URL}/6`;
const workers = new LimitWorkers(url);

afterEach(async () => {
  await workers.close();
});

describe.skipIf(!url)('places in a redis that loses them', () => {
  const slot = { key: 'slots:{usr_lost}', max: 5 };
  const holders = Array.from({ length: 5 }, (_, index) => `req_${index}`);
  let link: RedisLink;
  let store: LimitStore;
  let beside: LimitStore;

  const open = async (heartbeatMs: number) => {
    link = await workers.link();
    await link.redis.flushdb();
    store = workers.worker(link, { heartbeatMs });
    beside = workers.worker(await workers.link());
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
    const link = await workers.link();
    await link.redis.flushdb();
    const store = workers.worker(link, { instances: 2 });
    const beside = workers.worker(await workers.link(), { instances: 2 });
    const window = { key: 'rpm:{usr_1}', max: 100 };
    expect(await workers.many(store, 30, window)).toBe(30);
    link.redis.disconnect();
    await expect.poll(() => link.state()).toBe('down');
    expect(await workers.many(store, 100, window)).toBe(20);
    await link.redis.connect();
    await expect.poll(() => link.state(), { timeout: 5_000 }).toBe('up');
    const counted = async () => Number(await link.redis.hget('api-proxy:limit:rpm:{usr_1}', 's'));
    await expect.poll(counted).toBe(50);
    expect(await workers.many(beside, 100, window)).toBe(50);
  });

  it('calls that run on count against this worker alone', async () => {
    const link = await workers.link();
    await link.redis.flushdb();
    const store = workers.worker(link);
    const slot = { key: 'slots:{usr_1}', max: 5 };
    const take = async () =>
      (await store.takeAll({ holder: workers.holder(), windows: [], slots: [slot], nowMs: Date.now() })).ok;
    for (let count = 0; count < 3; count++) expect(await take()).toBe(true);
    link.redis.disconnect();
    await expect.poll(() => link.state()).toBe('down');
    const taken = [await take(), await take(), await take()];
    expect(taken).toEqual([true, true, false]);
  });
});

describe('limits without redis', () => {
  const nowhere = new LimitWorkers(undefined);

  afterEach(() => nowhere.close());

  it('go on in this worker with its part of the limit, and at once', async () => {
    const link = await nowhere.link();
    const store = nowhere.worker(link, { instances: 3 });
    const startedMs = performance.now();
    expect(await nowhere.atOnce(store, 100, { key: 'rpm:{usr_1}', max: 30 })).toBe(10);
    expect(performance.now() - startedMs).toBeLessThan(300);
  });

  it('a place is given back once', async () => {
    const link = await nowhere.link();
    const store = nowhere.worker(link);
    const slot = { key: 'slots:{usr_1}', max: 2 };
    for (const holder of ['req_1', 'req_2'])
      await store.takeAll({ holder, windows: [], slots: [slot], nowMs: 1_000 });
    for (let times = 0; times < 3; times++)
      store.release({ holder: 'req_1', slots: [slot.key], windows: [], nowMs: 2_000 });
    expect(await store.inUse(slot.key, 2_000)).toBe(1);
  });
});
