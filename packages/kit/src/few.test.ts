// Promise: a set of a few things does what a set does.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Few } from './few.ts';

it('whatever comes and goes, it holds what a Set would, in the same order', () => {
  const step = fc.record({ what: fc.constantFrom('add', 'add', 'delete', 'clear'), item: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const few = new Few<number>();
      const set = new Set<number>();
      for (const { what, item } of steps) {
        if (what === 'add') {
          few.add(item);
          set.add(item);
        } else if (what === 'delete') {
          few.delete(item);
          set.delete(item);
        } else {
          few.clear();
          set.clear();
        }
        expect(few.size).toBe(set.size);
        expect(few.has(item)).toBe(set.has(item));
        expect(few.all()).toEqual([...set]);
      }
    }),
  );
});
