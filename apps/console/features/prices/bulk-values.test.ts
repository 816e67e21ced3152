// The rule that a form for several prices stands for.
import { expect, it } from 'vitest';
import { BULK_START, factorOfPercent, ruleOf } from './bulk-values.ts';

it.each([
  ['10', '1.1'],
  ['+10%', '1.1'],
  ['-15', '0.85'],
  ['−15', '0.85'],
  ['0.0001', '1.000001'],
  ['-99.9999', '0.000001'],
  ['900', '10'],
])('a change by %s percent is a factor of %s, exactly', (percent, factor) => {
  expect(factorOfPercent(percent)).toBe(factor);
});

it.each(['', 'x', '-100', '-250', '1.00001', '1e3'])(
  '%j is no percentage that prices can change by',
  (text) => {
    expect(factorOfPercent(text)).toBeUndefined();
  },
);

it('a form that says nothing yet stands for no rule; classes left empty are left alone', () => {
  expect(ruleOf(BULK_START)).toBeUndefined();
  expect(ruleOf({ ...BULK_START, percent: '10', classes: [] })).toBeUndefined();
  expect(ruleOf({ ...BULK_START, mode: 'set' })).toBeUndefined();
  const amounts = { ...BULK_START.amounts, output: '12.5' };
  expect(ruleOf({ ...BULK_START, mode: 'set', amounts })).toEqual({
    kind: 'set',
    classes: { output: '12.5' },
  });
  expect(ruleOf({ ...BULK_START, mode: 'factor', factor: '0.9', classes: ['input'] })).toEqual({
    kind: 'scale',
    factor: '0.9',
    classes: ['input'],
  });
});
