// Money on the screen is true to the nano-dollar.
import { describe, expect, it } from 'vitest';
import { exactMoney, scaleMoney, shareOfMoney, shortMoney, signOfMoney, sumMoney } from './money.ts';

describe('exactMoney', () => {
  it.each([
    ['12.5', '$12.50'],
    ['0', '$0.00'],
    ['0.000012', '$0.000012'],
    ['0.000000001', '$0.000000001'],
    ['-1234567.1', '-$1,234,567.10'],
    ['9007199254740993.000000001', '$9,007,199,254,740,993.000000001'],
  ])('writes %s as %s', (usd, text) => expect(exactMoney(usd)).toBe(text));
  it('gives back what is not an amount', () => expect(exactMoney('n/a')).toBe('n/a'));
});

describe('shortMoney', () => {
  it.each([
    ['1234.567', '$1,234.57'],
    ['0.123456', '$0.1235'],
    ['0.000012345', '$0.00001235'],
    ['0.000000001', '$0.000000001'],
    ['-0.5', '-$0.50'],
    ['0', '$0.00'],
  ])('writes %s as %s', (usd, text) => expect(shortMoney(usd)).toBe(text));
});

describe('arithmetic for display', () => {
  it('adds without losing a nano-dollar', () =>
    expect(sumMoney(['0.1', '0.2', '-0.000000001'])).toBe('0.299999999'));
  it('gives shares between 0 and 1', () => {
    expect(shareOfMoney('2.5', '10')).toBe(0.25);
    expect(shareOfMoney('20', '10')).toBe(1);
    expect(shareOfMoney('1', '0')).toBe(0);
  });
  it('knows the sign', () =>
    expect([signOfMoney('-1'), signOfMoney('0.00'), signOfMoney('2')]).toEqual([-1, 0, 1]));
});

describe('scaleMoney', () => {
  it.each([
    ['3', 1250, '3.75'],
    ['0.1', 100, '0.01'],
    ['0.000000001', 1500, '0.000000002'],
    ['1234567', 2000, '2469134'],
    ['0', 1250, '0'],
  ])('makes %s × %i/1000 exactly %s', (usd, thousandths, text) =>
    expect(scaleMoney(usd, thousandths)).toBe(text),
  );
  it('gives nothing for what is not an amount', () => expect(scaleMoney('3,', 1250)).toBe(''));
});
