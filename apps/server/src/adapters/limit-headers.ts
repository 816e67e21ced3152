// What an admitted caller is told about its limits of the minute: headers for the answer.
import type { WindowState } from '@api-proxy/stores/limits/port';

/** What a window counts, as its header names it. */
export type Counted = 'requests' | 'tokens';

const HEADERS = (['requests', 'tokens'] satisfies Counted[]).map((counted) => ({
  counted,
  limit: `x-relay-ratelimit-limit-${counted}`,
  left: `x-relay-ratelimit-remaining-${counted}`,
  reset: `x-relay-ratelimit-reset-${counted}`,
}));

/**
 * Of each kind the window with the least left, as flat headers: the limit, what remains of it, and the whole seconds until
 * it is empty, if nothing more comes. Names of their own, because the upstream's `x-ratelimit-*` pass through.
 */
export function limitHeaders(
  windows: readonly WindowState[],
  countedBy: (key: string) => Counted | undefined,
): readonly string[] {
  const headers: string[] = [];
  for (const { counted, limit, left, reset } of HEADERS) {
    let tightest: WindowState | undefined;
    for (const window of windows) {
      if (countedBy(window.key) === counted && (!tightest || window.remaining < tightest.remaining))
        tightest = window;
    }
    if (!tightest) continue;
    const { max, remaining, resetMs } = tightest;
    headers.push(limit, String(max), left, String(remaining), reset, String(Math.ceil(resetMs / 1_000)));
  }
  return headers;
}
