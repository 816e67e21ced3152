// Bindings in Redis pass the contract, are known to every worker, and to a single one without Redis.
import { silentLogger } from '@api-proxy/kit/logger';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryBus } from '../bus/memory.ts';
import { openRedisLink, type RedisLink } from '../link/redis.ts';
import { affinityContract } from './contract.ts';
import type { Affinity } from './port.ts';
import { redisAffinity } from './redis.ts';

// A database of this file's own, as it is emptied.
const url = process.env.TEST_REDIS_URL && `${process.env.TEST_REDIS_URL}/3`;
const NOBODY = 'redis://127.0.0.1:1';
const A = { channelId: 'chn_a', channelKeyId: 'chk_a' };
const B = { channelId: 'chn_b', channelKeyId: 'chk_b' };
const LONG_MS = 600_000;
const NAME = 'api-proxy:bound:session:s';

describe.skipIf(!url)('bindings in redis', () => {
  let link: RedisLink;
  let nowMs: number;
  const bus = memoryBus({ logger: silentLogger });
  const opened: Affinity[] = [];
  const worker = (workerId: string): Affinity => {
    const affinity = redisAffinity({ link, bus, kind: 'session', workerId, nowMs: () => nowMs });
    opened.push(affinity);
    return affinity;
  };

  beforeEach(async () => {
    link = openRedisLink({ url: url ?? NOBODY, logger: silentLogger });
    await expect.poll(() => link.state(), { timeout: 5_000 }).toBe('up');
    await link.redis.flushdb();
    nowMs = 1_750_000_000_000;
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((affinity) => affinity.close()));
    await link.close();
  });

  affinityContract(async () => {
    const elapse = async (ms: number) => {
      nowMs += ms;
      // What is written behind is there, then Redis lets the same time go by.
      await new Promise((resolve) => setTimeout(resolve, ms + 60));
    };
    return { affinity: worker('wrk_contract'), elapse };
  });

  it('another worker knows a binding, and finds it by one command', async () => {
    worker('wrk_1').bind('s', A, LONG_MS);
    await expect.poll(() => link.redis.get(NAME)).toBe('chn_a chk_a');
    const other = worker('wrk_2');
    await link.redis.config('RESETSTAT');
    expect(await other.get('s')).toEqual(A);
    expect(await other.get('s')).toEqual(A);
    expect(/cmdstat_mget:calls=(\d+)/.exec(await link.redis.info('commandstats'))?.[1]).toBe('1');
  });

  it('names that are asked for in one turn are one command', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `s${index}`);
    const [one, other] = [worker('wrk_1'), worker('wrk_2')];
    for (const name of names) one.bind(name, name === 's7' ? B : A, LONG_MS);
    await expect.poll(() => link.redis.dbsize()).toBe(names.length);
    await link.redis.config('RESETSTAT');
    const found = await Promise.all([...names, 'nobody'].map((name) => other.get(name)));
    expect(found.indexOf(null)).toBe(names.length);
    expect(found.flatMap((binding, index) => (binding?.channelId === 'chn_b' ? [index] : []))).toEqual([7]);
    expect(/cmdstat_mget:calls=(\d+)/.exec(await link.redis.info('commandstats'))?.[1]).toBe('1');
  });

  it('what was bound here while the question was on its way holds', async () => {
    worker('wrk_1').bind('s', A, LONG_MS);
    await expect.poll(() => link.redis.get(NAME)).toBe('chn_a chk_a');
    const other = worker('wrk_2');
    const asked = other.get('s');
    other.bind('s', B, LONG_MS);
    expect([await asked, other.known('s')]).toEqual([B, B]);
  });

  it('only what this worker knows is known without a question', async () => {
    const [one, other] = [worker('wrk_1'), worker('wrk_2')];
    one.bind('s', A, LONG_MS);
    await expect.poll(() => link.redis.get(NAME)).toBe('chn_a chk_a');
    expect([one.known('s'), other.known('s')]).toEqual([A, null]);
    await other.get('s');
    expect(other.known('s')).toEqual(A);
  });

  it('bindings that last differently, and firsts among moves, each keep their own', async () => {
    const [one, other] = [worker('wrk_1'), worker('wrk_2')];
    one.bind('s', A, LONG_MS);
    await expect.poll(() => link.redis.get(NAME)).toBe('chn_a chk_a');
    await other.get('s');
    other.bind('s', B, LONG_MS);
    other.bind('first', A, LONG_MS);
    other.bind('short', A, 1_000);
    await expect.poll(() => link.redis.get(NAME)).toBe('chn_b chk_b');
    await expect.poll(() => link.redis.get('api-proxy:bound:session:first')).toBe('chn_a chk_a');
    await expect.poll(() => link.redis.pttl('api-proxy:bound:session:short')).toBeGreaterThan(0);
    expect(await link.redis.pttl('api-proxy:bound:session:short')).toBeLessThanOrEqual(1_250);
  });

  it('of two workers that bind a new name at once the first wins, and both keep to it', async () => {
    const [one, other] = [worker('wrk_1'), worker('wrk_2')];
    one.bind('s', A, LONG_MS);
    other.bind('s', B, LONG_MS);
    await expect.poll(() => link.redis.get(NAME)).toBe('chn_a chk_a');
    await expect.poll(() => other.get('s')).toEqual(A);
    expect(await one.get('s')).toEqual(A);
  });

  it('a move is known to the workers that know the binding, and to those to come', async () => {
    const [one, other] = [worker('wrk_1'), worker('wrk_2')];
    one.bind('s', A, LONG_MS);
    await expect.poll(() => other.get('s')).toEqual(A);
    one.bind('s', B, LONG_MS);
    await expect.poll(() => other.get('s')).toEqual(B);
    await expect.poll(() => link.redis.get(NAME)).toBe('chn_b chk_b');
    expect(await worker('wrk_3').get('s')).toEqual(B);
  });

  it('the shared copy lasts as long as the binding is used, and is written only now and then', async () => {
    const one = worker('wrk_1');
    one.bind('s', A, LONG_MS);
    await expect.poll(() => link.redis.exists(NAME)).toBe(1);
    await link.redis.pexpire(NAME, 5_000);
    one.bind('s', A, LONG_MS);
    nowMs += LONG_MS / 4;
    expect(await link.redis.pttl(NAME)).toBeLessThanOrEqual(5_000);
    one.bind('s', A, LONG_MS);
    await expect.poll(() => link.redis.pttl(NAME)).toBeGreaterThan(LONG_MS);
  });
});

it('without redis a worker knows what it bound itself, at once', async () => {
  const link = openRedisLink({ url: NOBODY, logger: silentLogger });
  const bus = memoryBus({ logger: silentLogger });
  const affinity = redisAffinity({ link, bus, kind: 'session', workerId: 'wrk_1', nowMs: () => 0 });
  affinity.bind('s', A, LONG_MS);
  expect([affinity.get('s'), affinity.get('other')]).toEqual([A, null]);
  await affinity.close();
  await link.close();
});
