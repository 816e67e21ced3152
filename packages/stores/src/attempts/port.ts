// Attempts per key in a fixed window: how guessing is slowed, over all workers.

export type AttemptRule = {
  /** Seconds. */
  window: number;
  max: number;
};

export type AttemptVerdict = {
  allowed: boolean;
  /** Seconds until the window is over; null when allowed. */
  retryAfter: number | null;
};

export type Attempts = {
  /** Counts an attempt and judges it in one step; a refused one is not counted. */
  consume(key: string, rule: AttemptRule): Promise<AttemptVerdict>;
  /** Starts a key anew. Never rejects. */
  forget(key: string): Promise<void>;
};
