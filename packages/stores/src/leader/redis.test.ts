// The election over Redis: one leader, replaced when it resigns or dies, nobody while Redis is away.
import { systemClock } from '@api-proxy/kit/clock';
import { silentLogger } from '@api-proxy/kit/logger';
import { afterEach, describe, expect, it } from 'vitest';
import { openRedisLink, type RedisLink } from '../link/redis.ts';
import { electionContract } from './contract.ts';
import type { Election } from './port.ts';
import { redisElection } from './redis.ts';

const url = process.env.TEST_REDIS_URL;
const NOBODY = 'redis://127.0.0.1:1';
const TIMES = { leaseMs: 900, roundMs: 300 };
const PATIENCE = { timeout: 10_000 };
const links: RedisLink[] = [];

async function open(candidate: string, fresh = false): Promise<Election & { die(): void }> {
  const link = openRedisLink({ url: url ?? NOBODY, logger: silentLogger });
  links.push(link);
  await expect.poll(() => link.state(), PATIENCE).toBe('up');
  if (fresh) await link.redis.del('api-proxy:leader');
  const election = redisElection({ link, candidate, clock: systemClock, ...TIMES });
  return { ...election, die: () => void link.close() };
}

afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.close()));
});

describe.skipIf(!url)('election over redis', () => {
  electionContract(() => open('wrk_alone', true));

  it('has one leader, and another as soon as that one resigns', async () => {
    const first = await open('wrk_1', true);
    await expect.poll(() => first.standing(), PATIENCE).toBe('leader');
    const second = await open('wrk_2');
    await expect.poll(() => second.standing(), PATIENCE).toBe('follower');
    await first.close();
    await expect.poll(() => second.standing(), PATIENCE).toBe('leader');
    await second.close();
  });

  it('replaces a leader that died without a word', async () => {
    const first = await open('wrk_1', true);
    await expect.poll(() => first.standing(), PATIENCE).toBe('leader');
    const second = await open('wrk_2');
    first.die();
    await expect.poll(() => second.standing(), PATIENCE).toBe('leader');
    expect(first.standing()).toBe('unknown');
    await second.close();
  });
});

it('nobody is known to lead while redis is away', async () => {
  const link = openRedisLink({ url: NOBODY, logger: silentLogger });
  links.push(link);
  const election = redisElection({ link, candidate: 'wrk_1', clock: systemClock, ...TIMES });
  expect(election.standing()).toBe('unknown');
  await election.close();
});
