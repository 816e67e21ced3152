// Health shared between workers: a pause learnt by one holds on all until its time, once; healthy traffic is silent.
import { MemoryChannelHealth } from '@api-proxy/gateway/routing/health';
import { silentLogger } from '@api-proxy/kit/logger';
import { memoryBus } from '@api-proxy/stores/bus/memory';
import { memoryCooldowns } from '@api-proxy/stores/cooldown/memory';
import { expect, it } from 'vitest';
import { sharedHealth } from './shared-health.ts';

const NOW_MS = 1_750_000_000_000;
const REPORT = { channelId: 'chn_1', channelKeyId: 'chk_1', upstreamModel: 'm', nowMs: NOW_MS };

function setUp() {
  const bus = memoryBus({ logger: silentLogger });
  const cooldowns = memoryCooldowns({ nowMs: () => NOW_MS });
  const heard: unknown[] = [];
  bus.subscribe('channel-health', (payload) => heard.push(payload));
  const worker = (workerId: string) =>
    sharedHealth({
      ...{ bus, cooldowns, workerId, nowMs: () => NOW_MS, log: silentLogger },
      local: new MemoryChannelHealth(
        () => ({ minMs: 1_000, maxMs: 60_000, failuresToOpen: 3 }),
        () => 0.5,
      ),
    });
  return { heard, worker, here: worker('wrk_1'), there: worker('wrk_2') };
}

it('a pause that one worker was asked for holds on the other until the same moment, and a success ends it', async () => {
  const { here, there, heard } = setUp();
  here.report({ ...REPORT, lesson: 'rate_limited', retryAfterMs: 20_000 });
  await expect.poll(() => heard.length).toBe(1);
  expect(there.coolingUntilMs('chk_1', 'm')).toBe(NOW_MS + 20_000);
  expect(here.coolingUntilMs('chk_1', 'm')).toBe(NOW_MS + 20_000);
  there.report({ ...REPORT, lesson: 'success', retryAfterMs: null });
  await expect.poll(() => heard.length).toBe(2);
  expect(here.coolingUntilMs('chk_1', 'm')).toBe(0);
});

it('failures of all workers count together, each once', async () => {
  const { here, there, heard } = setUp();
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
  const { here, there, heard } = setUp();
  here.report({ ...REPORT, lesson: 'success', retryAfterMs: null });
  here.report({ ...REPORT, lesson: 'key_rejected', retryAfterMs: null });
  await expect.poll(() => heard.length).toBe(1);
  expect(there.coolingUntilMs('chk_1', 'm')).toBeGreaterThan(NOW_MS);
  there.clear('chk_1');
  await expect.poll(() => heard.length).toBe(2);
  expect(here.coolingUntilMs('chk_1', 'm')).toBe(0);
});

it('a worker that comes later knows every pause with its own end', async () => {
  const { here, worker } = setUp();
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
  const { here, there } = setUp();
  for (const nowMs of [NOW_MS, NOW_MS + 6_000, NOW_MS + 20_000])
    here.report({ ...REPORT, lesson: 'failure', retryAfterMs: null, nowMs });
  const later = NOW_MS + 100_000;
  await expect.poll(() => there.breaker('chk_1', later)).toBe('half_open');
  expect([await here.begin('chk_1', later), await there.begin('chk_1', later)]).toEqual([true, false]);
  expect(there.coolingUntilMs('chk_1', 'm')).toBeGreaterThan(later);
  here.report({ ...REPORT, lesson: 'nothing', retryAfterMs: null, nowMs: later });
  await expect.poll(() => there.coolingUntilMs('chk_1', 'm')).toBeLessThanOrEqual(later);
  expect([await there.begin('chk_1', later), await here.begin('chk_1', later)]).toEqual([true, false]);
});
