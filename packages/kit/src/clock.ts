// Time as a dependency, so that tests can move it.

export type Clock = {
  /** Milliseconds since the epoch, UTC. */
  nowMs(): number;
  /** Milliseconds from an arbitrary point, never going back; for durations. */
  monotonicMs(): number;
};

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** A clock for tests that moves only by `advance`. */
export function manualClock(startMs = 1_750_000_000_000): Clock & { advance(ms: number): void } {
  let now = startMs;
  return {
    nowMs: () => now,
    monotonicMs: () => now - startMs,
    advance: (ms) => {
      now += ms;
    },
  };
}
