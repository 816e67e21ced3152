// Ids are prefixed, unique and sorted by time.
import { expect, it } from 'vitest';
import { idSequence, newId, randomText } from './id.ts';

it('ids carry their prefix, are unique, and sort by time', () => {
  const ids = new Set(Array.from({ length: 10_000 }, () => newId('req')));
  expect(ids.size).toBe(10_000);
  expect(newId('usr', 1_000_000) < newId('usr', 1_000_001)).toBe(true);
  expect(newId('key')).toMatch(/^key_[0-9a-z]{21}$/);
});

it('a sequence gives distinct ids without drawing again', () => {
  const next = idSequence('req');
  const ids = Array.from({ length: 1_000 }, next);
  expect(new Set(ids).size).toBe(1_000);
  expect(ids[0]).toMatch(/^req_[0-9a-z]{25}$/);
  expect([...ids].sort()).toEqual(ids);
});

it('random text is drawn evenly from its alphabet', () => {
  const counts = new Map<string, number>();
  for (const character of randomText(60_000, 'abc')) counts.set(character, (counts.get(character) ?? 0) + 1);
  for (const count of counts.values()) expect(Math.abs(count - 20_000)).toBeLessThan(1_000);
});
