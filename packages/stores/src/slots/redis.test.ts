// Places in Redis pass the contract, hold among workers, come back from the dead, and go on without Redis.
import { silentLogger } from '@api-proxy/kit/logger';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryBus } from '../bus/memory.ts';
import { openRedisLink, type RedisLink } from '../link/redis.ts';
import { slotsContract } from './contract.ts';
import type { Slots } from './port.ts';
import { redisSlots } from './redis.ts';

// A database of this file's own, as it is emptied.
const url = process.env.TEST_REDIS_URL && `${process.env.TEST_REDIS_URL}/2`;
const NOBODY = 'redis://127.0.0.1:1';
const opened: { close(): Promise<void> }[] = [];
const bus = memoryBus({ logger: silentLogger });

async function linkTo(): Promise<RedisLink> {
  const link = openRedisLink({ url: url ?? NOBODY, logger: silentLogger });
  opened.unshift(link);
  if (url) await expect.poll(() => link.state(), { timeout: 5_000 }).toBe('up');
  return link;
}

function worker(link: RedisLink, over: { instances?: number; nowMs?: () => number } = {}): Slots {
  const { instances = 1, nowMs = Date.now } = over;
  const workerId = `wrk_${opened.length}`;
  const slots = redisSlots({ link, bus, workerId, nowMs, instances: () => instances });
  opened.unshift(slots);
  return slots;
}

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** Takes places one after the other until there is none. */
async function takeAll(slots: Slots, max: number): Promise<number> {
  let taken = 0;
  while (await slots.tryTake('chn_1', max)) taken++;
  return taken;
}

describe.skipIf(!url)('places in redis', () => {
  let link: RedisLink;

  beforeEach(async () => {
    link = await linkTo();
    await link.redis.flushdb();
  });

  slotsContract(async () => worker(link));

  it('three workers never have more than there are, while they take and give back', async () => {
    const workers = [worker(link), worker(await linkTo()), worker(await linkTo())];
    let now = 0;
    let most = 0;
    let taken = 0;
    const caller = async (slots: Slots) => {
      for (let turn = 0; turn < 60; turn++) {
        if (!(await slots.tryTake('chn_1', 5))) continue;
        taken++;
        most = Math.max(most, ++now);
        await new Promise((resolve) => setImmediate(resolve));
        now--;
        slots.release('chn_1');
      }
    };
    await Promise.all(workers.flatMap((slots) => Array.from({ length: 8 }, () => caller(slots))));
    expect(most).toBe(5);
    expect(taken).toBeGreaterThan(100);
  });

  it('where the limit is far, most places cost no call', async () => {
    const slots = worker(link);
    const calls = async () =>
      Number(/cmdstat_evalsha:calls=(\d+)/.exec(await link.redis.info('commandstats'))?.[1] ?? 0);
    const before = await calls();
    for (let turn = 0; turn < 500; turn++) {
      expect(await slots.tryTake('chn_1', 1_000)).toBe(true);
      slots.release('chn_1');
    }
    expect((await calls()) - before).toBeLessThan(100);
  });

  it('spare places of one worker are given up when another is short of them', async () => {
    const [one, other] = [worker(link, { instances: 2 }), worker(await linkTo(), { instances: 2 })];
    one.prepare('chn_1', 2);
    expect(await one.tryTake('chn_1', 2)).toBe(true);
    one.prepare('chn_1', 2);
    await expect.poll(() => link.redis.hget('api-proxy:places:{chn_1}', 'wrk_1')).toBe('2');
    await expect.poll(() => other.tryTake('chn_1', 2), { timeout: 5_000 }).toBe(true);
  });

  it('a worker that uses all of them gives way to another, place by place, to its part', async () => {
    const [one, other] = [worker(link, { instances: 2 }), worker(await linkTo(), { instances: 2 })];
    expect(await takeAll(one, 4)).toBe(4);
    expect(await other.tryTake('chn_1', 4)).toBe(false);
    // Told to give way, it returns the next place instead of taking it again.
    await new Promise((resolve) => setImmediate(resolve));
    one.release('chn_1');
    expect(await one.tryTake('chn_1', 4)).toBe(false);
    await expect.poll(() => other.tryTake('chn_1', 4)).toBe(true);
  });

  it('places of a worker that is never heard of again are free after a minute, not before', async () => {
    let nowMs = 1_750_000_000_000;
    const dead = await linkTo();
    expect(await takeAll(worker(dead, { nowMs: () => nowMs }), 2)).toBe(2);
    await dead.close();
    const other = worker(link, { nowMs: () => nowMs });
    nowMs += 59_000;
    expect(await other.tryTake('chn_1', 2)).toBe(false);
    nowMs += 1_001;
    expect(await takeAll(other, 2)).toBe(2);
  });

  it('what is in use is told again when Redis has lost it', async () => {
    const slots = worker(link);
    expect(await takeAll(slots, 3)).toBe(3);
    await link.redis.flushdb();
    link.redis.disconnect(true);
    await expect.poll(() => link.state()).toBe('down');
    await expect.poll(() => link.state(), { timeout: 5_000 }).toBe('up');
    await expect.poll(() => link.redis.hvals('api-proxy:places:{chn_1}').catch(() => [])).toEqual(['3']);
  });
});

it('without redis each worker has its part, at least one place', async () => {
  const link = openRedisLink({ url: NOBODY, logger: silentLogger });
  opened.unshift(link);
  expect(await takeAll(worker(link, { instances: 3 }), 10)).toBe(3);
  expect(await takeAll(worker(link, { instances: 30 }), 10)).toBe(1);
});
