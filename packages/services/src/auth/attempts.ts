// Counts attempts per key in a fixed window: how guessing passwords is slowed.
import type { Clock } from '@api-proxy/kit/clock';
import { Recent } from '@api-proxy/kit/recent';

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

/** Counts an attempt and judges it in one step; `forget` starts a key anew. */
export type Attempts = {
  consume(key: string, rule: AttemptRule): Promise<AttemptVerdict>;
  forget(key: string): Promise<void>;
};

const MAX_KEYS = 100_000;

type Count = { count: number; endsMs: number };

/** In the memory of this process; the oldest keys give way beyond a hundred thousand. */
export function createMemoryAttempts(clock: Clock): Attempts {
  const counts = new Recent<Count>(MAX_KEYS);
  const judge = (key: string, rule: AttemptRule): AttemptVerdict => {
    const now = clock.nowMs();
    const known = counts.get(key);
    const current = known && known.endsMs > now ? known : { count: 0, endsMs: now + rule.window * 1_000 };
    if (current.count >= rule.max) {
      return { allowed: false, retryAfter: Math.ceil((current.endsMs - now) / 1_000) };
    }
    current.count += 1;
    counts.set(key, current);
    return { allowed: true, retryAfter: null };
  };
  return {
    consume: async (key, rule) => judge(key, rule),
    forget: async (key) => {
      counts.delete(key);
    },
  };
}
