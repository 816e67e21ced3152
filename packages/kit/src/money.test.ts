// Money is read, written and rounded exactly.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divideHalfUp, formatUsd, parseUsd } from './money.ts';

describe('money', () => {
  it('reads and writes any amount without losing a nano-dollar', () => {
    fc.assert(fc.property(fc.bigInt(), (nano) => parseUsd(formatUsd(nano)) === nano));
  });

  it.each([
    ['12.5', 12_500_000_000n],
    ['0.000000001', 1n],
    ['-3', -3_000_000_000n],
    ['1.5000000000000', 1_500_000_000n],
    ['0', 0n],
  ])('reads %s', (text, nano) => {
    expect(parseUsd(text)).toBe(nano);
  });

  it.each(['', 'abc', '1e3', '0.0000000001', '1,5', '.5', '1.', 'NaN'])('refuses %j', (text) => {
    expect(parseUsd(text)).toBeUndefined();
  });

  it('rounds a half away from zero, once', () => {
    expect(divideHalfUp(5n, 10n)).toBe(1n);
    expect(divideHalfUp(4n, 10n)).toBe(0n);
    expect(divideHalfUp(-5n, 10n)).toBe(-1n);
    expect(divideHalfUp(15n, 10n)).toBe(2n);
  });
});
