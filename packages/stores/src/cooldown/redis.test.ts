// Cooldowns in Redis pass the contract, are known to who comes later, and end by themselves.
import { silentLogger } from '@api-proxy/kit/logger';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRedisLink, type RedisLink } from '../link/redis.ts';
import { cooldownsContract } from './contract.ts';
import { redisCooldowns } from './redis.ts';

// A database of this file's own, as it is emptied.
const url = process.env.TEST_REDIS_URL && `${process.env.TEST_REDIS_URL}/4`;
const NOBODY = 'redis://127.0.0.1:1';

describe.skipIf(!url)('cooldowns in redis', () => {
  let link: RedisLink;
  const worker = (workerId: string) => redisCooldowns({ link, workerId, nowMs: Date.now });

  beforeEach(async () => {
    link = openRedisLink({ url: url ?? NOBODY, logger: silentLogger });
    await expect.poll(() => link.state(), { timeout: 5_000 }).toBe('up');
    await link.redis.flushdb();
  });

  afterEach(() => link.close());

  cooldownsContract(async () => worker('wrk_contract'));

  it('a worker that comes later knows them; the whole ends with the longest', async () => {
    const endMs = Date.now() + 30_000;
    worker('wrk_1').save('chk_1', 'paused', endMs);
    worker('wrk_1').save('chk_2', 'paused', endMs - 20_000);
    const late = worker('wrk_2');
    await expect.poll(async () => (await late.all(Date.now())).size).toBe(2);
    const lastsMs = await link.redis.pttl('api-proxy:cooldowns');
    expect(lastsMs).toBeGreaterThan(25_000);
    expect(lastsMs).toBeLessThanOrEqual(30_000);
  });

  it('a probe is ended and renewed by its worker only, also after Redis has lost it', async () => {
    const [one, other] = [worker('wrk_1'), worker('wrk_2')];
    expect(await one.claimProbe('chk_1', 60_000)).toBe(true);
    other.endProbe('chk_1');
    other.renewProbe('chk_1', 120_000);
    await link.redis.ping();
    expect(await link.redis.pttl('api-proxy:probe:chk_1')).toBeLessThanOrEqual(60_000);
    await link.redis.flushdb();
    one.renewProbe('chk_1', 60_000);
    await link.redis.ping();
    expect(await other.claimProbe('chk_1', 60_000)).toBe(false);
    one.endProbe('chk_1');
    await expect.poll(() => other.claimProbe('chk_1', 60_000)).toBe(true);
  });
});

it('without redis nothing is known, and a worker probes for itself', async () => {
  const link = openRedisLink({ url: NOBODY, logger: silentLogger });
  const cooldowns = redisCooldowns({ link, workerId: 'wrk_1', nowMs: Date.now });
  cooldowns.save('chk_1', 'paused', Date.now() + 1_000);
  expect((await cooldowns.all(Date.now())).size).toBe(0);
  expect(await cooldowns.claimProbe('chk_1', 1_000)).toBe(true);
  await link.close();
});
