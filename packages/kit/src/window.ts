// Where a budget's window begins and ends: 5 hours from the first use, or a day, week or month of a time zone.
import { HOUR_MS } from './duration.ts';

/** What an amount is allowed for; `balance` and `total` have no window. */
export type Span = 'balance' | '5h' | 'day' | 'week' | 'month' | 'total';

const FIVE_HOURS_MS = 5 * HOUR_MS;

/** How to bring a stored window up to date: one that began before `lapsedBeforeMs` is over and begins anew at `startMs`. */
export type Rolling = { readonly lapsedBeforeMs: number; readonly startMs: number };

type CalendarDay = { readonly year: number; readonly month: number; readonly day: number };

/** Gives a formatter per zone once; building one costs far more than using it. */
export type ZoneReader = (zone: string) => Intl.DateTimeFormat;

/** A reader that keeps the formatters it made. @throws RangeError (at use) for a zone that ICU doesn't know. */
export function createZoneReader(): ZoneReader {
  const formatters = new Map<string, Intl.DateTimeFormat>();
  return (zone) => {
    const known = formatters.get(zone);
    if (known) return known;
    const made = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, made);
    return made;
  };
}

/** The wall clock of a zone at an instant, written as if it were UTC (milliseconds dropped). */
function wallClockMs(format: Intl.DateTimeFormat, atMs: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(atMs)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function dayAt(format: Intl.DateTimeFormat, atMs: number): CalendarDay {
  const wall = new Date(wallClockMs(format, atMs));
  return { year: wall.getUTCFullYear(), month: wall.getUTCMonth(), day: wall.getUTCDate() };
}

/**
 * The first instant of a calendar day. Where the clock is put forward at midnight itself, the day begins at
 * the first instant that exists; where midnight comes twice, at the earlier one.
 */
function startOfDayMs(format: Intl.DateTimeFormat, { year, month, day }: CalendarDay): number {
  const wanted = Date.UTC(year, month, day);
  // Offsets lie between −12 h and +14 h: these two instants surround every possible midnight.
  let before = wanted - 15 * HOUR_MS;
  let after = wanted + 13 * HOUR_MS;
  while (after - before > 1_000) {
    const middle = Math.floor((before + after) / 2_000) * 1_000;
    if (wallClockMs(format, middle) >= wanted) after = middle;
    else before = middle;
  }
  return after;
}

/** The calendar day on which the window of `span` that contains `today` begins, moved on by `windows` windows. */
function firstDay(span: 'day' | 'week' | 'month', today: CalendarDay, windows: number): CalendarDay {
  const { year, month, day } = today;
  if (span === 'month') return normalised(year, month + windows, 1);
  if (span === 'day') return normalised(year, month, day + windows);
  const sinceMonday = (new Date(Date.UTC(year, month, day)).getUTCDay() + 6) % 7;
  return normalised(year, month, day - sinceMonday + 7 * windows);
}

function normalised(year: number, month: number, day: number): CalendarDay {
  const date = new Date(Date.UTC(year, month, day));
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate() };
}

/** How a window of `span` rolls at `nowMs` (epoch ms); undefined for spans without a window. */
export function rollingAt(span: Span, nowMs: number, format: Intl.DateTimeFormat): Rolling | undefined {
  if (span === 'balance' || span === 'total') return undefined;
  if (span === '5h') return { lapsedBeforeMs: nowMs - FIVE_HOURS_MS + 1, startMs: nowMs };
  const startMs = startOfDayMs(format, firstDay(span, dayAt(format, nowMs), 0));
  return { lapsedBeforeMs: startMs, startMs };
}

/** When a window that began at `startedAtMs` ends (epoch ms); undefined for spans without a window. */
export function windowEndMs(
  span: Span,
  startedAtMs: number,
  format: Intl.DateTimeFormat,
): number | undefined {
  if (span === 'balance' || span === 'total') return undefined;
  if (span === '5h') return startedAtMs + FIVE_HOURS_MS;
  return startOfDayMs(format, firstDay(span, dayAt(format, startedAtMs), 1));
}

/** Windows that began at `fromMs` or later, and before `startMs`, are to begin at `startMs`, with what is used of them. */
export type Shift = { readonly fromMs: number; readonly startMs: number };

/**
 * How windows that run at `nowMs` go on when the zone changes: what is used of them stays used until the next boundary
 * of the new zone. Undefined where nothing has to move: a window that began after the new zone's boundary simply goes on.
 */
export function zoneShift(
  span: Span,
  nowMs: number,
  zones: { readonly before: Intl.DateTimeFormat; readonly after: Intl.DateTimeFormat },
): Shift | undefined {
  if (span === '5h') return undefined;
  const before = rollingAt(span, nowMs, zones.before);
  const after = rollingAt(span, nowMs, zones.after);
  if (!before || !after || after.startMs <= before.startMs) return undefined;
  return { fromMs: before.startMs, startMs: after.startMs };
}
