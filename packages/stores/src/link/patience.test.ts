// Promise: an asker waits for a Redis that is silent no longer than the deadline, and for one that is heard up to the longest wait.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Patience } from './patience.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const never = new Promise<never>(() => {});

/** When it gave up, ms after its start; undefined while it waits. */
function givenUpMs(patience: Patience): { ms: number | undefined } {
  const began = performance.now();
  const seen: { ms: number | undefined } = { ms: undefined };
  patience.wait(never).catch(() => {
    seen.ms = performance.now() - began;
  });
  return seen;
}

it('silence ends the wait after 200 ms, and not later than a turn and a half behind it', async () => {
  const patience = new Patience();
  const first = givenUpMs(patience);
  await vi.advanceTimersByTimeAsync(30);
  const second = givenUpMs(patience);
  await vi.advanceTimersByTimeAsync(1_000);
  for (const { ms } of [first, second]) {
    expect(ms).toBeGreaterThanOrEqual(200);
    expect(ms).toBeLessThanOrEqual(260);
  }
});

it('a Redis that is heard is waited for, but not for ever', async () => {
  const patience = new Patience();
  const asked = givenUpMs(patience);
  for (let heard = 0; heard < 15; heard++) {
    await vi.advanceTimersByTimeAsync(100);
    patience.heard();
  }
  expect(asked.ms).toBeUndefined();
  for (let heard = 0; heard < 15; heard++) {
    await vi.advanceTimersByTimeAsync(100);
    patience.heard();
  }
  expect(asked.ms).toBeGreaterThanOrEqual(2_000);
  expect(asked.ms).toBeLessThanOrEqual(2_100);
});

it('gives the answer on, and keeps no timer when nobody waits', async () => {
  const patience = new Patience();
  await expect(patience.wait(Promise.resolve(7))).resolves.toBe(7);
  await expect(patience.wait(Promise.reject(new Error('no')))).rejects.toThrow('no');
  await vi.advanceTimersByTimeAsync(100);
  expect(vi.getTimerCount()).toBe(0);
});
