// What every adapter of the places guarantees; each adapter's test runs it.
import { expect, it } from 'vitest';
import type { Slots } from './port.ts';

/** Registers the suite; `open` gives places of which none is taken. */
export function slotsContract(open: () => Promise<Slots>): void {
  it('gives exactly as many places as there are, however many ask at once', async () => {
    const slots = await open();
    const taken = await Promise.all(Array.from({ length: 50 }, () => slots.tryTake('chn_1', 5)));
    expect(taken.filter(Boolean)).toHaveLength(5);
    expect(slots.inUse('chn_1')).toBe(5);
    await slots.close();
  });

  it('a place given back is to be had again, once', async () => {
    const slots = await open();
    expect(await slots.tryTake('chn_1', 1)).toBe(true);
    expect(await slots.tryTake('chn_1', 1)).toBe(false);
    slots.release('chn_1');
    expect(await slots.tryTake('chn_1', 1)).toBe(true);
    expect(await slots.tryTake('chn_1', 1)).toBe(false);
    await slots.close();
  });

  it('channels do not share places, and one without a bound is only counted', async () => {
    const slots = await open();
    expect(await slots.tryTake('chn_1', 1)).toBe(true);
    expect(await slots.tryTake('chn_2', 1)).toBe(true);
    for (let count = 0; count < 20; count++) expect(await slots.tryTake('chn_3', null)).toBe(true);
    expect(slots.inUse('chn_3')).toBe(20);
    for (let count = 0; count < 20; count++) slots.release('chn_3');
    expect(slots.inUse('chn_3')).toBe(0);
    await slots.close();
  });

  it('a lowered bound holds for who comes next, and takes nothing from who is in', async () => {
    const slots = await open();
    for (let count = 0; count < 3; count++) expect(await slots.tryTake('chn_1', 3)).toBe(true);
    slots.release('chn_1');
    expect(await slots.tryTake('chn_1', 2)).toBe(false);
    slots.release('chn_1');
    expect(await slots.tryTake('chn_1', 2)).toBe(true);
    await slots.close();
  });

  it('a place asked for ahead is taken by the call that follows', async () => {
    const slots = await open();
    slots.prepare('chn_1', 1);
    expect(await slots.tryTake('chn_1', 1)).toBe(true);
    slots.prepare('chn_1', 1);
    expect(await slots.tryTake('chn_1', 1)).toBe(false);
    await slots.close();
  });
}
