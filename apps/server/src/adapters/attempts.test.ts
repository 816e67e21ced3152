// Attempts pass one contract in memory and in Redis; those in Redis count over all workers, and go on without it.
import { manualClock, systemClock } from '@api-proxy/kit/clock';
import { silentLogger } from '@api-proxy/kit/logger';
import { createMemoryAttempts } from '@api-proxy/services/auth/attempts';
import { attemptsContract } from '@api-proxy/stores/attempts/contract';
import { redisAttempts } from '@api-proxy/stores/attempts/redis';
import { openRedisLink, type RedisLink } from '@api-proxy/stores/link/redis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

// A database of this file's own, as it is emptied.
const url = process.env.TEST_REDIS_URL && `${process.env.TEST_REDIS_URL}/5`;
const NOBODY = 'redis://127.0.0.1:1';
const RULE = { window: 60, max: 2 };

describe('attempts in memory', () => {
  attemptsContract(async () => {
    const clock = manualClock();
    const elapse = async (ms: number) => clock.advance(ms);
    return { attempts: createMemoryAttempts(clock), elapse };
  });
});

describe.skipIf(!url)('attempts in redis', () => {
  let link: RedisLink;
  const open = () => redisAttempts({ link, local: createMemoryAttempts(systemClock) });

  beforeEach(async () => {
    link = openRedisLink({ url: url ?? NOBODY, logger: silentLogger });
    await expect.poll(() => link.state(), { timeout: 5_000 }).toBe('up');
    await link.redis.flushdb();
  });

  afterEach(() => link.close());

  attemptsContract(async () => ({
    attempts: open(),
    elapse: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  }));

  it('two workers count together, and nothing that was typed is stored', async () => {
    const [one, other] = [open(), open()];
    await one.consume('account:somebody@example.com', RULE);
    await other.consume('account:somebody@example.com', RULE);
    expect((await one.consume('account:somebody@example.com', RULE)).allowed).toBe(false);
    expect((await link.redis.keys('*')).join()).not.toContain('somebody');
  });
});

it('without redis a worker counts by itself', async () => {
  const link = openRedisLink({ url: NOBODY, logger: silentLogger });
  const attempts = redisAttempts({ link, local: createMemoryAttempts(systemClock) });
  const verdicts = [1, 2, 3].map(() => attempts.consume('one', RULE));
  expect((await Promise.all(verdicts)).map(({ allowed }) => allowed)).toEqual([true, true, false]);
  await link.close();
});
