// Repeatable randomness, for demonstration data, load and tests; never for secrets.

/** Draws that the same seed gives again. */
export type Draws = {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [0, most). */
  below(most: number): number;
  /** @throws RangeError when there is nothing to draw from */
  one<T>(of: readonly T[]): T;
  /** True in this share of the draws. */
  chance(share: number): boolean;
};

/** A stream of numbers in [0, 1): mulberry32, small, even enough, and the same everywhere. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function seededDraws(seed: number): Draws {
  const next = seededRandom(seed);
  const below = (most: number): number => Math.floor(next() * most);
  return {
    next,
    below,
    one: (of) => {
      const found = of[below(of.length)];
      if (found === undefined) throw new RangeError('nothing to draw from');
      return found;
    },
    chance: (share) => next() < share,
  };
}
