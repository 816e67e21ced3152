// Limits in memory pass the contract; the sliding minute is exact.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitStoreContract } from './contract.ts';
import { memoryLimits } from './memory.ts';
import { MinuteWindow } from './minute-window.ts';

describe('limits in memory', () => {
  limitStoreContract(async () => memoryLimits());
});

it('the sliding minute counts what a list of all takings would count, to the second', () => {
  const act = fc.record({ stepMs: fc.nat(90_000), amount: fc.integer({ min: 1, max: 50 }) });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const window = new MinuteWindow();
      const taken: { second: number; amount: number }[] = [];
      let nowMs = 1_750_000_000_000;
      for (const { stepMs, amount } of acts) {
        nowMs += stepMs;
        window.add(amount, nowMs);
        const second = Math.floor(nowMs / 1_000);
        taken.push({ second, amount });
        const expected = taken
          .filter((one) => one.second > second - 60)
          .reduce((sum, one) => sum + one.amount, 0);
        expect(window.used(nowMs)).toBe(expected);
      }
    }),
  );
});
