// Writes counts, durations, shares and sizes for people.

const UNITS = [
  { from: 1e12, suffix: 'T' },
  { from: 1e9, suffix: 'B' },
  { from: 1e6, suffix: 'M' },
  { from: 1e3, suffix: 'K' },
];

/** A count with thousands separators: `12345` → `12,345`. */
export function exactCount(value: number): string {
  return new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 }).format(value);
}

/** A count in three or four characters: `12345` → `12.3K`; the exact one belongs beside it (on hover). */
export function shortCount(value: number): string {
  const absolute = Math.abs(value);
  // 999,950 and up would round to "1000.0K": the next unit starts a little earlier than its power.
  const unit = UNITS.find(({ from }) => absolute >= from * 0.99995 && absolute >= 1000);
  if (!unit) return exactCount(value);
  const scaled = value / unit.from;
  return `${scaled.toFixed(Math.abs(scaled) < 100 ? 1 : 0).replace(/\.0$/, '')}${unit.suffix}`;
}

/** A duration in milliseconds as `840 ms`, `3.2 s`, `2 m 05 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(ms < 9_950 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`;
}

/** A share between 0 and 1 as `98.7%`; never `100%` unless it is all. */
export function percent(share: number): string {
  const value = share * 100;
  if (share > 0 && share < 1 && (value > 99.95 || value < 0.05)) return value > 50 ? '>99.9%' : '<0.1%';
  return `${value.toFixed(1).replace(/\.0$/, '')}%`;
}
