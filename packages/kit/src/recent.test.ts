// Promise: whatever is done to it, it holds what a plain list in the order of setting holds, and never more than its bound.
import { expect, it } from 'vitest';
import { seededDraws } from './random.ts';
import { Recent } from './recent.ts';

const namesIn = (recent: Recent<number>): string[] => [...recent.entries()].map(([name]) => name).sort();

it('forgets what was set longest ago, not what is set again', () => {
  const recent = new Recent<number>(2);
  for (const name of ['one', 'two', 'one', 'three']) recent.set(name, 1);
  expect(namesIn(recent)).toEqual(['one', 'three']);
  expect(recent.get('two')).toBeUndefined();
});

it('one that holds a single entry', () => {
  const recent = new Recent<number>(1);
  for (const name of ['a', 'a', 'b', 'b']) recent.set(name, 1);
  expect(namesIn(recent)).toEqual(['b']);
  recent.delete('b');
  recent.set('c', 1);
  expect([recent.size, recent.get('c')]).toEqual([1, 1]);
});

it.each([1, 2, 3, 4, 5])('does what a list does, in random order (%i)', (seed) => {
  const { below } = seededDraws(seed);
  const most = 1 + below(8);
  const recent = new Recent<number>(most);
  let list: [string, number][] = [];
  for (let step = 0; step < 5_000; step++) {
    const name = `n${below(12)}`;
    const deed = below(100);
    if (deed === 0) {
      recent.clear();
      list = [];
    } else if (deed < 20) {
      recent.delete(name);
      list = list.filter(([one]) => one !== name);
    } else {
      recent.set(name, step);
      list = [...list.filter(([one]) => one !== name), [name, step] as [string, number]].slice(-most);
    }
    expect(recent.size).toBe(list.length);
    expect(recent.get(name)).toBe(list.find(([one]) => one === name)?.[1]);
  }
  expect(namesIn(recent)).toEqual(list.map(([name]) => name).sort());
});
