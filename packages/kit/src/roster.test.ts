// Promise: a roster holds what was added and not deleted, whatever the order.
import { expect, it } from 'vitest';
import { seededRandom } from './random.ts';
import { type Listed, NOT_LISTED, Roster } from './roster.ts';

type Guest = Listed & { readonly name: number };

function guests(count: number): Guest[] {
  return Array.from({ length: count }, (_, name) => ({ name, place: NOT_LISTED }));
}

it('holds the same as a set after 10,000 random steps, also where things are added or deleted twice', () => {
  const random = seededRandom(7);
  const all = guests(40);
  const roster = new Roster<Guest>();
  const set = new Set<Guest>();
  for (let step = 0; step < 10_000; step++) {
    const guest = all[Math.floor(random() * all.length)];
    if (guest === undefined) continue;
    const change = random() < 0.5 ? 'add' : 'delete';
    roster[change](guest);
    set[change](guest);
    expect(roster.size).toBe(set.size);
    expect(guest.place === NOT_LISTED).toBe(!set.has(guest));
  }
  expect(new Set(roster.all())).toEqual(set);
});

it('what leaves while the roster is walked is still in the walk, and gone afterwards', () => {
  const [first, second] = guests(2);
  const roster = new Roster<Guest>();
  if (first) roster.add(first);
  if (second) roster.add(second);
  const seen = roster.all().map((guest) => {
    for (const one of [first, second]) if (one) roster.delete(one);
    return guest.name;
  });
  expect(seen).toEqual([0, 1]);
  expect(roster.all()).toEqual([]);
});
