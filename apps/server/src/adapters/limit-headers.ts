// What an admitted caller is told about its limits of the minute: headers for the answer.
import { type Counted, limitHeader } from '@api-proxy/gateway/limit-header';
import type { WindowState } from '@api-proxy/stores/limits/port';

const HEADERS = (['requests', 'tokens'] satisfies Counted[]).map((counted) => ({
  counted,
  limit: limitHeader('limit', counted),
  left: limitHeader('remaining', counted),
  reset: limitHeader('reset', counted),
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
