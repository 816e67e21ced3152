// What every counter of attempts guarantees; each adapter's test runs it.
import { expect, it } from 'vitest';
import type { Attempts } from './port.ts';

/** `elapse` lets time go by for the counter. */
export type OpenedAttempts = { attempts: Attempts; elapse(ms: number): Promise<void> };

/** Registers the suite; `open` gives a counter that has counted nothing. */
export function attemptsContract(open: () => Promise<OpenedAttempts>): void {
  const rule = { window: 60, max: 3 };

  it('allows exactly as many attempts as the rule, however many come at once, and says how long to wait', async () => {
    const { attempts } = await open();
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => attempts.consume('one', rule)));
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(3);
    for (const { allowed, retryAfter } of verdicts) {
      if (allowed) expect(retryAfter).toBeNull();
      else expect(retryAfter).toBeGreaterThan(55);
      expect(retryAfter ?? 0).toBeLessThanOrEqual(60);
    }
    expect((await attempts.consume('two', rule)).allowed).toBe(true);
  });

  it('a forgotten key starts anew', async () => {
    const { attempts } = await open();
    for (let count = 0; count < 3; count++) await attempts.consume('one', rule);
    expect((await attempts.consume('one', rule)).allowed).toBe(false);
    await attempts.forget('one');
    expect((await attempts.consume('one', rule)).allowed).toBe(true);
  });

  it('the window begins with the first attempt, and refused ones do not prolong it', async () => {
    const { attempts, elapse } = await open();
    const short = { window: 1, max: 1 };
    expect((await attempts.consume('one', short)).allowed).toBe(true);
    await elapse(600);
    expect((await attempts.consume('one', short)).allowed).toBe(false);
    await elapse(500);
    expect((await attempts.consume('one', short)).allowed).toBe(true);
  });
}
