// Promise: pauses are proportional, the breaker lets one probe through and heals, and nothing excludes a channel for ever.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channel, snapshot } from '../journey/harness.ts';
import type { HealthReport, Lesson } from '../ports.ts';
import { findCandidates } from './candidates.ts';
import { MemoryChannelHealth } from './health.ts';
import { Route } from './route.ts';

const BOUNDS = { minMs: 1_000, maxMs: 60_000 };
const fresh = (failuresToOpen = 5) =>
  new MemoryChannelHealth(
    () => ({ ...BOUNDS, failuresToOpen }),
    () => 0.5,
  );

function report(lesson: Lesson, nowMs = 1_000, over: Partial<HealthReport> = {}): HealthReport {
  const plain = { channelId: 'c', channelKeyId: 'k', upstreamModel: 'm', retryAfterMs: null, probe: null };
  return { ...plain, lesson, beganMs: nowMs, nowMs, ...over };
}

/** Fails as soon as the key is due again, `times` times; gives the lengths of the pauses. */
function failOnAndOn(health: MemoryChannelHealth, times: number): number[] {
  let now = 1_000;
  return Array.from({ length: times }, () => {
    health.report(report('failure', now));
    const due = Math.max(health.coolingUntilMs('k', 'm'), now);
    const pause = due - now;
    now = due;
    return pause;
  });
}

describe('answers that are broken off', () => {
  const cut = (nowMs: number, beganMs = nowMs - 10) => ({ channelKeyId: 'k', beganMs, nowMs });

  it('open the breaker when there are enough in a row, for longer each time, though each began well', () => {
    const health = fresh(3);
    const pauses: number[] = [];
    let now = 1_000;
    for (let count = 0; count < 12; count++) {
      health.report(report('success', now));
      now += 100;
      health.brokeOff(cut(now));
      const due = Math.max(health.coolingUntilMs('k', 'm'), now);
      pauses.push(due - now);
      now = due;
    }
    expect(pauses.slice(0, 5)).toEqual([0, 0, 5_000, 10_000, 20_000]);
    expect(Math.max(...pauses)).toBe(600_000);
    expect(health.breaker('k', now)).toBe('half_open');
    health.report(report('success', now));
    health.whole('k');
    now += 100;
    health.brokeOff(cut(now));
    expect(health.coolingUntilMs('k', 'm')).toBe(0);
  });

  it('at one time are one, however many were under way', () => {
    const health = fresh(3);
    for (let count = 0; count < 200; count++) health.brokeOff(cut(1_000 + count, 500));
    expect(health.coolingUntilMs('k', 'm')).toBe(0);
    expect(health.breaker('k', 2_000)).toBe('closed');
  });

  it('far apart are no row', () => {
    const health = fresh(3);
    for (let count = 1; count < 9; count++) health.brokeOff(cut(count * 1_300_000));
    expect(health.breaker('k', 9e9)).toBe('closed');
  });

  it('are forgotten when an admin clears the key', () => {
    const health = fresh(3);
    health.brokeOff(cut(1_000));
    health.brokeOff(cut(2_000));
    health.clear('k');
    health.brokeOff(cut(3_000));
    expect(health.breaker('k', 3_000)).toBe('closed');
  });
});

describe('pauses', () => {
  it('retry-after is obeyed within bounds', () => {
    for (const lesson of ['rate_limited', 'overloaded', 'failure'] as const) {
      for (const [asked, due] of [
        [5_000, 6_000],
        [10, 2_000],
        [9e9, 61_000],
      ] as const) {
        const health = fresh();
        health.report(report(lesson, 1_000, { retryAfterMs: asked }));
        expect(health.coolingUntilMs('k', 'm')).toBe(due);
      }
    }
  });

  it('one failure does not pause a key, repeated ones do, each for longer; success heals', () => {
    const health = fresh();
    expect(failOnAndOn(health, 9)).toEqual([
      0, 5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000,
    ]);
    health.report(report('success', 2_000_000));
    expect(health.coolingUntilMs('k', 'm')).toBe(0);
  });

  it('a refusal without a time pauses for 5 s, then longer, and is no failure', () => {
    const health = fresh(1);
    health.report(report('rate_limited', 0));
    expect(health.coolingUntilMs('k', 'm')).toBe(5_000);
    health.report(report('overloaded', 5_000));
    expect(health.coolingUntilMs('k', 'm')).toBe(15_000);
    expect(health.breaker('k', 20_000)).toBe('closed');
  });

  it('what was sent before a pause began does not make it longer', () => {
    const health = fresh();
    for (let count = 0; count < 100; count++) health.report(report('failure', 1_000 + count));
    expect(health.coolingUntilMs('k', 'm')).toBe(6_001);
    expect(health.breaker('k', 7_000)).toBe('closed');
  });

  it('jitter stays within a fifth', () => {
    for (const [random, due] of [
      [0, 4_000],
      [0.999_999, 6_000],
    ] as const) {
      const health = new MemoryChannelHealth(
        () => BOUNDS,
        () => random,
      );
      health.report(report('overloaded', 0));
      expect(health.coolingUntilMs('k', 'm')).toBe(due);
    }
  });

  it('a missing model pauses that model only', () => {
    const health = fresh();
    health.report(report('model_missing'));
    expect(health.coolingUntilMs('k', 'm')).toBeGreaterThan(1_000);
    expect(health.coolingUntilMs('k', 'other')).toBe(0);
    health.clear('k');
    expect(health.coolingUntilMs('k', 'm')).toBe(0);
  });
});

describe('the breaker', () => {
  const opened = () => {
    const health = fresh(3);
    failOnAndOn(health, 3);
    const due = health.coolingUntilMs('k', 'm');
    expect(health.breaker('k', due - 1)).toBe('open');
    return { health, due };
  };

  it('closed → open → half-open → closed', () => {
    const { health, due } = opened();
    expect(health.breaker('k', due)).toBe('half_open');
    expect(health.coolingUntilMs('k', 'm')).toBe(due);
    const begun = health.begin('k', due);
    expect(health.coolingUntilMs('k', 'm')).toBeGreaterThan(due);
    health.report(report('success', due + 10, { beganMs: due, ...begun }));
    expect(health.breaker('k', due + 10)).toBe('closed');
    expect(health.coolingUntilMs('k', 'm')).toBe(0);
  });

  it('a probe that fails opens it for longer, also after a quiet hour', () => {
    const { health, due } = opened();
    for (const later of [due, due + 3_600_000]) {
      const begun = health.begin('k', later);
      health.report(report('failure', later, { ...begun }));
      expect(health.breaker('k', later)).toBe('open');
    }
  });

  it('a probe whose client left or was at fault makes room for another', () => {
    const { health, due } = opened();
    const begun = health.begin('k', due);
    health.report(report('nothing', due + 1, { ...begun }));
    expect(health.coolingUntilMs('k', 'm')).toBe(due);
    expect(health.breaker('k', due + 1)).toBe('half_open');
  });

  it('is probed by one attempt at a time, also while it is open; no other attempt ends that probe', () => {
    const { health, due } = opened();
    for (const [from, ended] of [
      [due - 1, 'nothing'],
      [due + 5, 'failure'],
    ] as const) {
      const begun = health.begin('k', from);
      expect(begun?.probe).toEqual(expect.any(String));
      expect(health.begin('k', from)).toBeNull();
      for (const lesson of ['nothing', 'failure', 'rate_limited'] as const)
        for (const probe of [null, 'another'])
          health.report(report(lesson, from, { probe, beganMs: 0, channelKeyId: 'k' }));
      expect(health.begin('k', from + 1)).toBeNull();
      health.report(report(ended, from + 1, { ...begun }));
      const next = health.begin('k', from + 2);
      expect(next?.probe).toEqual(expect.any(String));
      health.report(report('nothing', from + 2, { ...next }));
    }
  });

  it('a probe nobody heard of makes room after the deadline of its request, and its late end is not that of the next', () => {
    const { health, due } = opened();
    const lost = health.begin('k', due);
    expect(health.begin('k', due + 659_999)).toBeNull();
    const next = health.begin('k', due + 660_000);
    expect(next?.probe).toEqual(expect.any(String));
    health.report(report('nothing', due + 660_001, { ...lost }));
    expect(health.begin('k', due + 660_002)).toBeNull();
  });

  it('waits for its probe as long as the attempts of a request may take', () => {
    const health = new MemoryChannelHealth(() => ({ ...BOUNDS, failuresToOpen: 1, attemptsMs: 3_600_000 }));
    health.report(report('failure'));
    expect(health.begin('k', 10_000)?.probe).toEqual(expect.any(String));
    expect(health.begin('k', 3_610_000)).toBeNull();
    expect(health.begin('k', 3_670_000)?.probe).toEqual(expect.any(String));
  });

  it('can be cleared by hand', () => {
    const { health } = opened();
    health.clear('k');
    expect(health.breaker('k', 0)).toBe('closed');
    expect(health.coolingUntilMs('k', 'm')).toBe(0);
  });
});

describe('an attempt that began before a pause', () => {
  const PAUSING = ['rate_limited', 'overloaded', 'quota_exhausted', 'key_rejected', 'model_missing'] as const;

  it.each(PAUSING)('does not end it by its success, a later one does: %s', (lesson) => {
    const health = fresh();
    health.report(report(lesson, 5_000));
    const until = health.coolingUntilMs('k', 'm');
    health.report(report('success', 5_500, { beganMs: 4_999 }));
    expect(health.coolingUntilMs('k', 'm')).toBe(until);
    health.report(report('success', 6_000, { beganMs: 5_100 }));
    expect(health.coolingUntilMs('k', 'm')).toBe(0);
  });

  it('does not close the breaker that opened since', () => {
    const health = fresh(3);
    failOnAndOn(health, 3);
    const openedMs = health.coolingUntilMs('k', 'm') - 10_000;
    health.report(report('success', openedMs + 1, { beganMs: openedMs - 1 }));
    expect(health.breaker('k', openedMs + 1)).toBe('open');
  });

  it('still ends a row of failures that paused nothing', () => {
    const health = fresh();
    for (let now = 1_000; now < 20_000; now += 1_000) {
      health.report(report('failure', now));
      health.report(report('success', now + 1, { beganMs: now - 500 }));
    }
    expect(health.coolingUntilMs('k', 'm')).toBe(0);
  });
});

const LESSONS: readonly Lesson[] = [
  'nothing',
  'success',
  'failure',
  'overloaded',
  'rate_limited',
  'quota_exhausted',
  'key_rejected',
  'model_missing',
];
const act = fc.record({
  key: fc.constantFrom('a_key', 'b_key'),
  lesson: fc.constantFrom(...LESSONS),
  retryAfterMs: fc.option(fc.nat(10_000_000)),
  stepMs: fc.nat(700_000),
  probe: fc.boolean(),
});

describe('whatever happens', () => {
  it('successes of attempts that began before anything went wrong shorten no pause', () => {
    const bad = act.filter(({ lesson }) => lesson !== 'success');
    fc.assert(
      fc.property(fc.array(bad, { minLength: 1, maxLength: 30 }), (acts) => {
        const [left, right] = [fresh(), fresh()];
        let now = 1;
        for (const { lesson, retryAfterMs, stepMs } of acts) {
          now += stepMs % 2_000;
          for (const health of [left, right]) health.report(report(lesson, now, { retryAfterMs }));
          const before = left.coolingUntilMs('k', 'm');
          left.report(report('success', now, { beganMs: 0 }));
          expect(left.coolingUntilMs('k', 'm')).toBe(before);
        }
      }),
    );
  });

  it('every key is free again within a quarter of an hour, and some key can always be tried', () => {
    const channels = ['a', 'b'].map((id) => channel({ id, baseUrl: 'http://up' }));
    const candidates = findCandidates(snapshot(channels), 'm', 'openai-chat');
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const health = fresh();
        let now = 0;
        for (const { key, lesson, retryAfterMs, stepMs, probe } of acts) {
          now += stepMs;
          if (probe) health.begin(key, now);
          else if (lesson === 'nothing') health.brokeOff({ channelKeyId: key, beganMs: now, nowMs: now });
          else health.report(report(lesson, now, { channelKeyId: key, retryAfterMs }));
          expect(new Route({ candidates, health, random: () => 0.5 }).next(now)).not.toBeNull();
        }
        for (const key of ['a_key', 'b_key']) {
          expect(health.coolingUntilMs(key, 'm')).toBeLessThanOrEqual(now + 900_000);
          health.report(report('success', now + 900_000, { channelKeyId: key }));
          expect(health.breaker(key, now + 900_000)).toBe('closed');
          expect(health.coolingUntilMs(key, 'm')).toBe(0);
        }
      }),
    );
  });
});
