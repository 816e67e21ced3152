// Promise: the same seed draws the same, and draws are even.
import { expect, it } from 'vitest';
import { seededDraws, seededRandom } from './random.ts';

it('the same seed gives the same numbers, another seed gives others', () => {
  const [one, same, other] = [seededRandom(7), seededRandom(7), seededRandom(8)];
  const first = Array.from({ length: 50 }, one);
  expect(Array.from({ length: 50 }, same)).toEqual(first);
  expect(Array.from({ length: 50 }, other)).not.toEqual(first);
});

it('every tenth of the range has its share, and nothing lies outside', () => {
  const { below, chance } = seededDraws(1);
  const counts = new Array<number>(10).fill(0);
  for (let draw = 0; draw < 20_000; draw++) {
    const tenth = below(10);
    counts[tenth] = (counts[tenth] ?? Number.NaN) + 1;
  }
  expect(counts).toHaveLength(10);
  for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  const taken = Array.from({ length: 20_000 }, () => chance(0.25)).filter(Boolean).length;
  expect(Math.abs(taken - 5_000)).toBeLessThan(300);
});

it('from nothing nothing is drawn', () => {
  expect(() => seededDraws(1).one([])).toThrow(RangeError);
});
