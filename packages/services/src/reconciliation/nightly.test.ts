// Promise: the books are compared once each night of the installation's zone, and a missed night is made up for.
import { reconciliations } from '@api-proxy/db/schema/reconciliations';
import { newId } from '@api-proxy/kit/id';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openTestBench, type TestBench } from '../testing/bench.ts';
import { isNightlyDue } from './nightly.ts';

let bench: TestBench;
beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(() => bench.reset());
afterAll(() => bench.close());

/** @param at a local time with its offset, like `2026-03-29T02:59:00+08:00` */
const due = (timeZone: string, at: string): Promise<boolean> =>
  isNightlyDue(bench.ports.db, timeZone, Date.parse(at));

async function compared(trigger: 'nightly' | 'manual', at: string): Promise<void> {
  const startedAt = new Date(at);
  await bench.ports.db.insert(reconciliations).values({
    id: newId('rec'),
    ...{ trigger, startedAt, finishedAt: startedAt },
    ...{ users: 1, difference: 0n, differenceCount: 0, charged: 0n },
  });
}

it.each([
  ['Asia/Shanghai', '+08:00'],
  ['UTC', 'Z'],
  ['America/New_York', '-05:00'],
  ['Asia/Kathmandu', '+05:45'],
])('in %s it is due from three at night on, once', async (zone, offset) => {
  expect(await due(zone, `2026-01-15T02:59:59${offset}`)).toBe(false);
  expect(await due(zone, `2026-01-15T03:00:00${offset}`)).toBe(true);
  await compared('nightly', `2026-01-15T03:00:00${offset}`);
  expect(await due(zone, `2026-01-15T03:10:00${offset}`)).toBe(false);
  expect(await due(zone, `2026-01-15T23:59:59${offset}`)).toBe(false);
  expect(await due(zone, `2026-01-16T02:59:59${offset}`)).toBe(false);
  expect(await due(zone, `2026-01-16T03:00:00${offset}`)).toBe(true);
});

it('a server that slept through the night compares when it wakes; a comparison by hand does not count', async () => {
  await compared('nightly', '2026-01-14T03:00:00Z');
  await compared('manual', '2026-01-15T09:00:00Z');
  expect(await due('UTC', '2026-01-15T16:40:00Z')).toBe(true);
  await compared('nightly', '2026-01-15T16:40:00Z');
  expect(await due('UTC', '2026-01-15T16:50:00Z')).toBe(false);
  expect(await due('UTC', '2026-01-16T03:00:00Z')).toBe(true);
});

it('both nights in which the clocks change have one comparison', async () => {
  for (const [before, day] of [
    ['2026-03-28T03:00:00+01:00', '2026-03-29'],
    ['2026-10-24T03:00:00+02:00', '2026-10-25'],
  ] as const) {
    await compared('nightly', before);
    const start = Date.parse(`${day}T00:00:00${day < '2026-06' ? '+01:00' : '+02:00'}`);
    const hours = Array.from({ length: 23 }, (_, hour) => start + hour * 3_600_000);
    const dueAt: number[] = [];
    for (const nowMs of hours) {
      if (!(await isNightlyDue(bench.ports.db, 'Europe/Berlin', nowMs))) continue;
      dueAt.push(nowMs);
      await compared('nightly', new Date(nowMs).toISOString());
    }
    expect(dueAt).toHaveLength(1);
  }
});
