// Limits in Redis pass the contract, hold among processes, and go on without it.
import { systemClock } from '@api-proxy/kit/clock';
import { silentLogger } from '@api-proxy/kit/logger';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRedisLink, type RedisLink } from '../link/redis.ts';
import { limitStoreContract } from './contract.ts';
import { memoryLimits } from './memory.ts';
import type { LimitStore } from './port.ts';
import { redisLimits } from './redis.ts';
import { resilientLimits } from './resilient.ts';

// A database of this file's own, as it is emptied.
const url = process.env.TEST_REDIS_URL && `${process.env.TEST_REDIS_URL}/1`;
const NOBODY = 'redis://127.0.0.1:1';

async function untilUp(link: RedisLink): Promise<void> {
  await expect.poll(() => link.state(), { timeout: 5_000 }).toBe('up');
}

describe.skipIf(!url)('limits in redis', () => {
  let link: RedisLink;

  beforeEach(async () => {
    link = openRedisLink({ url: url ?? NOBODY, logger: silentLogger });
    await untilUp(link);
    await link.redis.flushdb();
  });

  afterEach(() => link.close());

  limitStoreContract(async () => redisLimits({ link, clock: systemClock }));

  it('stores of three processes admit the limit once among them', async () => {
    const links = [
      link,
      openRedisLink({ url: url ?? NOBODY, logger: silentLogger }),
      openRedisLink({ url: url ?? NOBODY, logger: silentLogger }),
    ];
    await Promise.all(links.map(untilUp));
    const stores = links.map((each) => redisLimits({ link: each, clock: systemClock }));
    const nowMs = Date.now();
    const verdicts = await Promise.all(
      Array.from({ length: 999 }, (_, index) =>
        stores[index % 3]?.takeAll({
          holder: `req_${index}`,
          windows: [{ key: 'rpm:{usr_1}', max: 100, amount: 1 }],
          slots: [],
          nowMs,
        }),
      ),
    );
    expect(verdicts.filter((verdict) => verdict?.ok)).toHaveLength(100);
    await Promise.all(links.slice(1).map((each) => each.close()));
  });

  it('a place whose holder is never heard of again is free after its lease', async () => {
    const store = redisLimits({ link, clock: systemClock });
    const slot = { key: 'slots:{usr_1}', max: 1 };
    const nowMs = Date.now();
    expect((await store.takeAll({ holder: 'req_dead', windows: [], slots: [slot], nowMs })).ok).toBe(true);
    const soon = { holder: 'req_2', windows: [], slots: [slot], nowMs: nowMs + 59_000 };
    expect((await store.takeAll(soon)).ok).toBe(false);
    expect((await store.takeAll({ ...soon, nowMs: nowMs + 60_001 })).ok).toBe(true);
    await store.close();
  });
});

describe.skipIf(!url)('places in a redis that loses them', () => {
  const slot = { key: 'slots:{usr_lost}', max: 5 };
  const holders = Array.from({ length: 5 }, (_, index) => `req_${index}`);
  let link: RedisLink;
  let store: LimitStore;

  const open = async (heartbeatMs: number) => {
    link = openRedisLink({ url: url ?? NOBODY, logger: silentLogger });
    await untilUp(link);
    await link.redis.flushdb();
    store = redisLimits({ link, clock: systemClock, heartbeatMs });
    for (const holder of holders) expect(await take(holder)).toBe(true);
  };
  const take = async (holder: string) =>
    (await store.takeAll({ holder, windows: [], slots: [slot], nowMs: Date.now() })).ok;
  const inUse = () => Promise.resolve(store.inUse(slot.key, Date.now())).catch(() => -1);

  afterEach(async () => {
    await store.close();
    await link.close();
  });

  it('are stated by the next heartbeat: 5 never are 6, and what was given back stays free', async () => {
    await open(50);
    store.release({ holder: 'req_4', slots: [slot.key], windows: [], nowMs: Date.now() });
    await link.redis.flushdb();
    await expect.poll(inUse).toBe(4);
    expect(await take('req_5')).toBe(true);
    expect(await take('req_6')).toBe(false);
    await link.redis.flushdb();
    await expect.poll(inUse).toBe(5);
    expect(await take('req_7')).toBe(false);
    for (const holder of [...holders, 'req_5'])
      store.release({ holder, slots: [slot.key], windows: [], nowMs: Date.now() });
    await expect.poll(inUse).toBe(0);
  });

  it('are stated as soon as it is back, without a wait for the heartbeat', async () => {
    await open(60_000);
    await link.redis.flushdb();
    link.redis.disconnect(true);
    await expect.poll(inUse, { timeout: 5_000 }).toBe(5);
    expect(await take('req_5')).toBe(false);
  });
});

describe('limits without redis', () => {
  it('go on in this process with its part of the limit, and at once', async () => {
    const link = openRedisLink({ url: NOBODY, logger: silentLogger });
    const store = resilientLimits({
      shared: redisLimits({ link, clock: systemClock }),
      local: memoryLimits(),
      link,
      instances: () => 3,
    });
    const startedMs = performance.now();
    const verdicts = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        store.takeAll({
          holder: `req_${index}`,
          windows: [{ key: 'rpm:{usr_1}', max: 30, amount: 1 }],
          slots: [],
          nowMs: 1_000_000,
        }),
      ),
    );
    expect(verdicts.filter(({ ok }) => ok)).toHaveLength(10);
    expect(performance.now() - startedMs).toBeLessThan(300);
    await store.close();
    await link.close();
  });

  it('what was taken locally is given back locally', async () => {
    const link = openRedisLink({ url: NOBODY, logger: silentLogger });
    const local = memoryLimits();
    const store = resilientLimits({
      shared: redisLimits({ link, clock: systemClock }),
      local,
      link,
      instances: () => 1,
    });
    const slot = { key: 'slots:{usr_1}', max: 1 };
    await store.takeAll({ holder: 'req_1', windows: [], slots: [slot], nowMs: 1_000 });
    expect(local.inUse(slot.key)).toBe(1);
    store.release({ holder: 'req_1', slots: [slot.key], windows: [], nowMs: 2_000 });
    expect(local.inUse(slot.key)).toBe(0);
    await store.close();
    await link.close();
  });
});
