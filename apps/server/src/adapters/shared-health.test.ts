// Health shared between workers, in one process and over Redis: a pause learnt by one holds on all until its time, once.
import { MemoryChannelHealth } from '@api-proxy/gateway/routing/health';
import { silentLogger } from '@api-proxy/kit/logger';
import { memoryBus } from '@api-proxy/stores/bus/memory';
import type { Bus } from '@api-proxy/stores/bus/port';
import { redisBus } from '@api-proxy/stores/bus/redis';
import { memoryCooldowns } from '@api-proxy/stores/cooldown/memory';
import type { Cooldowns } from '@api-proxy/stores/cooldown/port';
import { redisCooldowns } from '@api-proxy/stores/cooldown/redis';
import { openRedisLink } from '@api-proxy/stores/link/redis';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sharedHealth } from './shared-health.ts';

// A database of this file's own, as it is emptied.
const redisUrl = process.env.TEST_REDIS_URL && `${process.env.TEST_REDIS_URL}/9`;
const NOW_MS = 1_750_000_000_000;
const REPORT = {
  ...{ channelId: 'chn_1', channelKeyId: 'chk_1', upstreamModel: 'm', probe: null },
  ...{ beganMs: NOW_MS, nowMs: NOW_MS },
};

type Shared = {
  readonly bus: Bus;
  readonly cooldowns: (workerId: string) => Cooldowns;
  /** Time goes by for the leases of probes. */
  readonly pass: (ms: number) => Promise<void>;
};

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function inOneProcess(): Promise<Shared> {
  let nowMs = NOW_MS;
  const cooldowns = memoryCooldowns({ nowMs: () => nowMs });
  const pass = async (ms: number) => {
    nowMs += ms;
  };
  return { bus: memoryBus({ logger: silentLogger }), cooldowns: () => cooldowns, pass };
}

async function overRedis(): Promise<Shared> {
  const link = openRedisLink({ url: redisUrl ?? '', logger: silentLogger });
  await expect.poll(() => link.state(), { timeout: 5_000 }).toBe('up');
  await link.redis.flushdb();
  const bus = redisBus({ link, logger: silentLogger });
  closing.push(() => bus.close().then(() => link.close()));
  // Messages go through Redis once the bus listens there.
  await expect.poll(async () => link.redis.pubsub('NUMSUB', 'api-proxy:bus')).toEqual(['api-proxy:bus', 1]);
  const pass = async (ms: number) => {
    for (const name of await link.redis.keys('api-proxy:probe:*')) {
      const leftMs = (await link.redis.pttl(name)) - ms;
      if (leftMs > 0) await link.redis.pexpire(name, leftMs);
      else await link.redis.del(name);
    }
  };
  const cooldowns = (workerId: string) => redisCooldowns({ link, workerId, nowMs: () => NOW_MS });
  return { bus, cooldowns, pass };
}

const WAYS: [string, () => Promise<Shared>][] = [['in one process', inOneProcess]];
if (redisUrl) WAYS.push(['over Redis', overRedis]);

describe.each(WAYS)('%s', (_way, open) => {
  async function setUp() {
    const { bus, cooldowns, pass } = await open();
    const heard: unknown[] = [];
    bus.subscribe('channel-health', (payload) => heard.push(payload));
    const worker = (workerId: string) =>
      sharedHealth({
        ...{ bus, cooldowns: cooldowns(workerId), workerId, nowMs: () => NOW_MS, log: silentLogger },
        local: new MemoryChannelHealth(
          () => ({ minMs: 1_000, maxMs: 60_000, failuresToOpen: 3 }),
          () => 0.5,
        ),
      });
    return { heard, worker, pass, here: worker('wrk_1'), there: worker('wrk_2') };
  }

  it('a pause that one worker was asked for holds on the other until the same moment, and a success ends it', async () => {
    const { here, there, heard } = await setUp();
    here.report({ ...REPORT, lesson: 'rate_limited', retryAfterMs: 20_000 });
    await expect.poll(() => heard.length).toBe(1);
    expect(there.coolingUntilMs('chk_1', 'm')).toBe(NOW_MS + 20_000);
    expect(here.coolingUntilMs('chk_1', 'm')).toBe(NOW_MS + 20_000);
    there.report({ ...REPORT, lesson: 'success', retryAfterMs: null });
    await expect.poll(() => heard.length).toBe(2);
    expect(here.coolingUntilMs('chk_1', 'm')).toBe(0);
  });

  it('answers that were broken off count over all workers, and a whole one on any of them ends the row', async () => {
    const { here, there, heard } = await setUp();
    const cut = (afterMs: number) => ({
      ...{ channelKeyId: 'chk_1', beganMs: NOW_MS + afterMs - 1, nowMs: NOW_MS + afterMs },
    });
    const breakers = () => [here, there].map((worker) => worker.breaker('chk_1', NOW_MS + 100));
    const news = [
      () => here.brokeOff(cut(10)),
      () => there.brokeOff(cut(20)),
      () => here.whole('chk_1'),
      () => there.brokeOff(cut(30)),
      () => here.brokeOff(cut(40)),
      () => there.brokeOff(cut(50)),
    ];
    const seen: string[][] = [];
    for (const [index, tell] of news.entries()) {
      tell();
      await expect.poll(() => heard.length).toBe(index + 1);
      seen.push(breakers());
    }
    const closed = ['closed', 'closed'];
    expect(seen).toEqual([closed, closed, closed, closed, closed, ['open', 'open']]);
    // Nothing to end: no news.
    here.whole('chk_2');
    expect(heard).toHaveLength(6);
  });

  it('failures of all workers count together, each once', async () => {
    const { here, there, heard } = await setUp();
    const failure = { ...REPORT, lesson: 'failure', retryAfterMs: null } as const;
    here.report(failure);
    there.report({ ...failure, nowMs: NOW_MS + 1 });
    await expect.poll(() => heard.length).toBe(2);
    expect(here.breaker('chk_1', NOW_MS + 1)).toBe('closed');
    there.report({ ...failure, nowMs: NOW_MS + 30_000 });
    await expect.poll(() => heard.length).toBe(3);
    expect(here.breaker('chk_1', NOW_MS + 30_001)).toBe('open');
    expect(there.breaker('chk_1', NOW_MS + 30_001)).toBe('open');
  });

  it('what one worker clears is clear on the other; successes without a complaint before are not sent', async () => {
    const { here, there, heard } = await setUp();
    here.report({ ...REPORT, lesson: 'success', retryAfterMs: null });
    here.report({ ...REPORT, lesson: 'key_rejected', retryAfterMs: null });
    await expect.poll(() => heard.length).toBe(1);
    expect(there.coolingUntilMs('chk_1', 'm')).toBeGreaterThan(NOW_MS);
    there.clear('chk_1');
    await expect.poll(() => heard.length).toBe(2);
    expect(here.coolingUntilMs('chk_1', 'm')).toBe(0);
  });

  it('a worker that comes later knows every pause with its own end', async () => {
    const { here, worker } = await setUp();
    here.report({ ...REPORT, lesson: 'rate_limited', retryAfterMs: 20_000 });
    here.report({ ...REPORT, channelKeyId: 'chk_2', lesson: 'model_missing', retryAfterMs: null });
    const late = worker('wrk_3');
    expect(late.coolingUntilMs('chk_1', 'm')).toBe(0);
    await late.catchUp();
    expect(late.coolingUntilMs('chk_1', 'm')).toBe(NOW_MS + 20_000);
    expect(late.coolingUntilMs('chk_2', 'm')).toBe(here.coolingUntilMs('chk_2', 'm'));
    expect(late.coolingUntilMs('chk_2', 'other')).toBe(0);
  });

  it('of all workers one probes a breaker that is half open, and another when that probe ended without a word', async () => {
    const { here, there } = await setUp();
    for (const nowMs of [NOW_MS, NOW_MS + 6_000, NOW_MS + 20_000])
      here.report({ ...REPORT, lesson: 'failure', retryAfterMs: null, nowMs });
    const later = NOW_MS + 100_000;
    await expect.poll(() => there.breaker('chk_1', later)).toBe('half_open');
    const probe = await here.begin('chk_1', later);
    expect(probe).toEqual({ probe: expect.any(String) });
    expect(await there.begin('chk_1', later)).toBeNull();
    expect(there.coolingUntilMs('chk_1', 'm')).toBeGreaterThan(later);
    // Of other attempts, whichever worker made them, none ends it.
    for (const worker of [here, there]) {
      worker.report({ ...REPORT, lesson: 'nothing', retryAfterMs: null, nowMs: later });
      worker.report({ ...REPORT, lesson: 'success', retryAfterMs: null, nowMs: later });
      expect(await worker.begin('chk_1', later)).toBeNull();
    }
    here.report({ ...REPORT, ...probe, lesson: 'nothing', retryAfterMs: null, nowMs: later });
    await expect.poll(() => there.coolingUntilMs('chk_1', 'm')).toBeLessThanOrEqual(later);
    const next = await there.begin('chk_1', later);
    expect(next).toEqual({ probe: expect.any(String) });
    expect(await here.begin('chk_1', later)).toBeNull();
  });

  describe('a probe', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
    afterEach(() => void vi.useRealTimers());

    /** Probed by `here`; `round` lets 15 s go by, in which `here` renews or, being dead, does not. */
    async function probed() {
      const scene = await setUp();
      const { here, there, pass } = scene;
      for (const nowMs of [NOW_MS, NOW_MS + 6_000, NOW_MS + 20_000])
        here.report({ ...REPORT, lesson: 'failure', retryAfterMs: null, nowMs });
      let nowMs = NOW_MS + 100_000;
      await expect.poll(() => there.breaker('chk_1', nowMs)).toBe('half_open');
      const probe = await here.begin('chk_1', nowMs);
      expect(await there.begin('chk_1', nowMs)).toBeNull();
      const round = async (alive: boolean) => {
        nowMs += 15_000;
        await pass(15_000);
        if (alive) vi.advanceTimersByTime(15_000);
        return there.begin('chk_1', nowMs);
      };
      return { ...scene, probe, round };
    }

    it('is the only one for as long as its request lives, however slow', async () => {
      const { here, there, heard, probe, round } = await probed();
      for (let rounds = 0; rounds < 20; rounds++) expect(await round(true)).toBeNull();
      const nowMs = NOW_MS + 400_000;
      here.report({ ...REPORT, ...probe, lesson: 'nothing', retryAfterMs: null, nowMs });
      await expect.poll(() => heard.length).toBe(4);
      expect(await there.begin('chk_1', nowMs)).toEqual({ probe: expect.any(String) });
      expect(await here.begin('chk_1', nowMs)).toBeNull();
    });

    it('whose worker was killed makes room within a minute', async () => {
      const { probe, round } = await probed();
      for (let rounds = 0; rounds < 4; rounds++) expect(await round(true)).toBeNull();
      const next: unknown[] = [];
      for (let rounds = 0; rounds < 4; rounds++) next.push(await round(false));
      expect(next.filter(Boolean)).toEqual([{ probe: expect.any(String) }]);
      expect(next).not.toContainEqual(probe);
    });

    it('that ended for lack of a network is over for all, and the others may try', async () => {
      const { here, there, probe } = await probed();
      const nowMs = NOW_MS + 100_000;
      here.report({ ...REPORT, ...probe, lesson: 'unreachable', retryAfterMs: null, nowMs });
      await expect.poll(() => there.coolingUntilMs('chk_1', 'm')).toBeLessThan(nowMs);
      expect(here.coolingUntilMs('chk_1', 'm')).toBeGreaterThan(nowMs);
    });

    it('whose worker was killed is not waited for by one that starts later', async () => {
      const { here, worker, pass } = await probed();
      const nowMs = NOW_MS + 100_000;
      here.report({ ...REPORT, lesson: 'rate_limited', retryAfterMs: 1_000, nowMs });
      const late = worker('wrk_3');
      await expect
        .poll(() => late.catchUp().then(() => late.coolingUntilMs('chk_1', 'm')))
        .toBe(nowMs + 1_000);
      await pass(60_000);
      expect(await late.begin('chk_1', nowMs + 60_000)).toEqual({ probe: expect.any(String) });
    });
  });

  it('an upstream that could not be reached for lack of a network is left alone by its own worker only', async () => {
    const { here, there, heard, worker } = await setUp();
    here.report({ ...REPORT, lesson: 'unreachable', retryAfterMs: null });
    here.report({ ...REPORT, lesson: 'key_rejected', channelKeyId: 'chk_2', retryAfterMs: null });
    await expect.poll(() => heard.length).toBe(1);
    expect(here.coolingUntilMs('chk_1', 'm')).toBeGreaterThan(NOW_MS);
    expect(there.coolingUntilMs('chk_1', 'm')).toBe(0);
    const late = worker('wrk_3');
    await late.catchUp();
    expect(late.coolingUntilMs('chk_1', 'm')).toBe(0);
  });

  it('a success of an attempt that began before a pause ends it on no worker; one that began later ends it on all', async () => {
    const { here, there, heard, worker } = await setUp();
    here.report({ ...REPORT, lesson: 'rate_limited', retryAfterMs: 20_000 });
    await expect.poll(() => there.coolingUntilMs('chk_1', 'm')).toBe(NOW_MS + 20_000);
    const sooner = { ...REPORT, lesson: 'success', retryAfterMs: null, beganMs: NOW_MS - 1 } as const;
    for (const one of [here, there]) one.report({ ...sooner, nowMs: NOW_MS + 5 });
    expect([here, there].map((one) => one.coolingUntilMs('chk_1', 'm'))).toEqual(
      Array(2).fill(NOW_MS + 20_000),
    );
    there.report({ ...sooner, beganMs: NOW_MS + 1, nowMs: NOW_MS + 10 });
    await expect.poll(() => here.coolingUntilMs('chk_1', 'm')).toBe(0);
    expect(heard).toHaveLength(2);
    const late = worker('wrk_3');
    await late.catchUp();
    expect(late.coolingUntilMs('chk_1', 'm')).toBe(0);
  });

  it('whatever one worker learns, in whichever order, old successes of the other shorten no pause', async () => {
    const bad = fc.record({
      lesson: fc.constantFrom('rate_limited', 'overloaded', 'key_rejected', 'model_missing', 'failure'),
      stepMs: fc.nat(3_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(bad, { minLength: 1, maxLength: 6 }), async (acts) => {
        const { here, there, heard } = await setUp();
        let nowMs = NOW_MS;
        for (const { lesson, stepMs } of acts) {
          nowMs += stepMs;
          here.report({ ...REPORT, lesson, retryAfterMs: null, nowMs, beganMs: nowMs });
        }
        await expect.poll(() => heard.length).toBe(acts.length);
        const until = there.coolingUntilMs('chk_1', 'm');
        there.report({ ...REPORT, lesson: 'success', retryAfterMs: null, beganMs: NOW_MS - 1, nowMs });
        expect(there.coolingUntilMs('chk_1', 'm')).toBe(until);
        expect(here.coolingUntilMs('chk_1', 'm')).toBe(until);
        for (const close of closing.splice(0)) await close();
      }),
      { numRuns: 15 },
    );
  });
});
