// Short forms never claim more than the number says.
import { describe, expect, it } from 'vitest';
import { duration, exactCount, percent, shortCount } from './number.ts';

describe('counts', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1K'],
    [12_345, '12.3K'],
    [123_456, '123K'],
    [999_960, '1M'],
    [2_500_000_000, '2.5B'],
    [-12_345, '-12.3K'],
  ])('writes %d short as %s', (value, text) => expect(shortCount(value)).toBe(text));
  it('separates thousands', () => expect(exactCount(1_234_567)).toBe('1,234,567'));
});

describe('durations and shares', () => {
  it.each([
    [12.4, '12 ms'],
    [3210, '3.21 s'],
    [12_340, '12.3 s'],
    [59_960, '1 m 00 s'],
    [125_000, '2 m 05 s'],
  ])('writes %d ms as %s', (ms, text) => expect(duration(ms)).toBe(text));
  it('does not round a failure away', () => expect(percent(0.99999)).toBe('>99.9%'));
  it('writes all and nothing plainly', () =>
    expect([percent(1), percent(0), percent(0.987)]).toEqual(['100%', '0%', '98.7%']));
});
