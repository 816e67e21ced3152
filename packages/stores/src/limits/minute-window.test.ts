// Promise: a window says exactly when what it counts will have left it.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MinuteWindow } from './minute-window.ts';

it('after the wait that it names at least that much has left, and a second earlier not yet', () => {
  const step = fc.record({
    afterMs: fc.integer({ min: 0, max: 20_000 }),
    amount: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 30 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (steps, share) => {
        const counted = () => {
          const window = new MinuteWindow();
          let nowMs = 1_700_000_000_123;
          for (const { afterMs, amount } of steps) {
            nowMs += afterMs;
            window.add(amount, nowMs);
          }
          return { window, nowMs };
        };
        const { window, nowMs } = counted();
        const used = window.used(nowMs);
        const wanted = Math.max(1, Math.round(used * share));
        const waitMs = window.waitMs(wanted, nowMs);
        expect(counted().window.used(nowMs + waitMs)).toBeLessThanOrEqual(used - wanted);
        expect(counted().window.used(nowMs + waitMs - 1_001)).toBeGreaterThan(used - wanted);
      },
    ),
  );
});
