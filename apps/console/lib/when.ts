// Writes moments: relative for reading, exact for checking, in the viewer's time zone.

const STEPS: ReadonlyArray<{ unit: Intl.RelativeTimeFormatUnit; seconds: number }> = [
  { unit: 'year', seconds: 31_536_000 },
  { unit: 'month', seconds: 2_628_000 },
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3_600 },
  { unit: 'minute', seconds: 60 },
  { unit: 'second', seconds: 1 },
];

/** A moment beside another, rounded to the largest unit of which it fills about one: `3 minutes ago`, `in 2 days`. */
export function relativeTime(at: Date, now: Date, locale: string): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
  // From half a smaller unit below on, the smaller one would be rounded up to a whole of this: "60 minutes".
  const step = STEPS.find(
    ({ seconds: whole }, index) => Math.abs(seconds) >= whole - (STEPS[index + 1]?.seconds ?? 0) / 2,
  );
  return step ? format.format(Math.round(seconds / step.seconds), step.unit) : format.format(0, 'second');
}

/** The exact moment with zone: `2026-11-23 18:45:02 GMT+8`. */
export function exactTime(at: Date, timeZone?: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((item) => item.type === type)?.value ?? '';
  const date = `${part('year')}-${part('month')}-${part('day')}`;
  return `${date} ${part('hour')}:${part('minute')}:${part('second')} ${part('timeZoneName')}`;
}

/** Date and time without year and zone, for dense columns: `11-23 18:45:02`. */
export function denseTime(at: Date, timeZone?: string): string {
  return exactTime(at, timeZone).slice(5, 19);
}
