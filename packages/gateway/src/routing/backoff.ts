// How long to stay away after the n-th trouble in a row.

const FIRST_MS = 5_000;
const MOST_DOUBLINGS = 10;
const JITTER = 0.2;

/** 5 s, 10 s, 20 s … for 0, 1, 2 …, each ± 20 % so that a crowd doesn't come back at the same moment. */
export function backoffMs(repeats: number, random: () => number): number {
  const base = FIRST_MS * 2 ** Math.min(Math.max(repeats, 0), MOST_DOUBLINGS);
  return Math.round(base * (1 + JITTER * (2 * random() - 1)));
}
