// Windows begin and end where the calendar of a zone says.

import { expect, it } from 'vitest';
import { HOUR_MS } from './duration.ts';
import { createZoneReader, rollingAt, type Span, windowEndMs, zoneShift } from './window.ts';

const zoneOf = createZoneReader();

function windowOf(span: Span, at: string, zone: string): { start: string; hours: number } {
  const format = zoneOf(zone);
  const startMs = rollingAt(span, Date.parse(at), format)?.startMs ?? Number.NaN;
  const endMs = windowEndMs(span, startMs, format) ?? Number.NaN;
  return { start: new Date(startMs).toISOString(), hours: (endMs - startMs) / HOUR_MS };
}

it('a daily window has 23 hours on the day the clock is put forward and 25 when it is put back', () => {
  const zone = 'Europe/Berlin';
  expect(windowOf('day', '2026-03-29T10:00:00Z', zone)).toEqual({
    start: '2026-03-28T23:00:00.000Z',
    hours: 23,
  });
  expect(windowOf('day', '2026-10-25T22:59:59Z', zone)).toEqual({
    start: '2026-10-24T22:00:00.000Z',
    hours: 25,
  });
  expect(windowOf('day', '2026-10-25T23:00:00Z', zone)).toEqual({
    start: '2026-10-25T23:00:00.000Z',
    hours: 24,
  });
});

it('the same holds in the southern hemisphere, where spring is in October', () => {
  const zone = 'Australia/Sydney';
  expect(windowOf('day', '2026-04-05T10:00:00Z', zone)).toEqual({
    start: '2026-04-04T13:00:00.000Z',
    hours: 25,
  });
  expect(windowOf('day', '2026-10-04T10:00:00Z', zone)).toEqual({
    start: '2026-10-03T14:00:00.000Z',
    hours: 23,
  });
});

it('where midnight comes twice the day before has 25 hours, and no day begins twice', () => {
  // Lebanon puts its clock back at 24:00 of 24 October 2026; Chile at 24:00 of 4 April.
  expect(windowOf('day', '2026-10-24T12:00:00Z', 'Asia/Beirut').hours).toBe(25);
  expect(windowOf('day', '2026-10-25T12:00:00Z', 'Asia/Beirut')).toEqual({
    start: '2026-10-24T22:00:00.000Z',
    hours: 24,
  });
  expect(windowOf('day', '2026-04-04T12:00:00Z', 'America/Santiago').hours).toBe(25);
});

it('where midnight itself is skipped the day begins at the first instant that exists', () => {
  // Chile puts its clock forward at 24:00 of 5 September 2026: the sixth begins at 01:00 local, 04:00 UTC.
  expect(windowOf('day', '2026-09-06T12:00:00Z', 'America/Santiago')).toEqual({
    start: '2026-09-06T04:00:00.000Z',
    hours: 23,
  });
});

it('weeks begin on Monday and months on the first, in the zone', () => {
  const zone = 'Asia/Shanghai';
  expect(windowOf('week', '2026-11-22T15:59:59Z', zone)).toEqual({
    start: '2026-11-15T16:00:00.000Z',
    hours: 168,
  });
  expect(windowOf('week', '2026-11-22T16:00:00Z', zone).start).toBe('2026-11-22T16:00:00.000Z');
  expect(windowOf('month', '2026-02-10T00:00:00Z', zone)).toEqual({
    start: '2026-01-31T16:00:00.000Z',
    hours: 28 * 24,
  });
  expect(windowOf('month', '2026-12-31T23:00:00Z', zone).start).toBe('2026-12-31T16:00:00.000Z');
});

it('five hours run from the first use and lapse at their end', () => {
  const format = zoneOf('UTC');
  const started = Date.parse('2026-05-05T07:30:00Z');
  const end = started + 5 * HOUR_MS;
  expect(windowEndMs('5h', started, format)).toBe(end);
  const before = rollingAt('5h', end - 1, format);
  const after = rollingAt('5h', end, format);
  expect(before && started < before.lapsedBeforeMs).toBe(false);
  expect(after && started < after.lapsedBeforeMs).toBe(true);
  expect(after?.startMs).toBe(end);
});

it('the extreme zones of the world are met', () => {
  expect(windowOf('day', '2026-06-01T11:00:00Z', 'Pacific/Kiritimati').start).toBe(
    '2026-06-01T10:00:00.000Z',
  );
  expect(windowOf('day', '2026-06-01T10:59:00Z', 'Pacific/Pago_Pago').start).toBe('2026-05-31T11:00:00.000Z');
});

it('a balance and a total have no window', () => {
  const format = zoneOf('UTC');
  expect(rollingAt('balance', 0, format)).toBeUndefined();
  expect(windowEndMs('total', 0, format)).toBeUndefined();
});

it('a change of zone moves only windows that the new zone would call over', () => {
  const zones = { before: zoneOf('UTC'), after: zoneOf('Asia/Shanghai') };
  // 20:00 UTC is 04:00 of the next day in Shanghai, which began at 16:00 UTC.
  const lateMs = Date.parse('2026-05-05T20:00:00Z');
  expect(zoneShift('day', lateMs, zones)).toEqual({
    fromMs: Date.parse('2026-05-05T00:00:00Z'),
    startMs: Date.parse('2026-05-05T16:00:00Z'),
  });
  // 10:00 UTC is 18:00 of the same day, which began before the window did.
  expect(zoneShift('day', Date.parse('2026-05-05T10:00:00Z'), zones)).toBeUndefined();
  for (const span of ['5h', 'balance', 'total'] as const)
    expect(zoneShift(span, lateMs, zones)).toBeUndefined();
});
