// What an admitted caller is told about its limits of the minute: headers for the answer.
import type { WindowState } from '@api-proxy/stores/limits/port';

/** What a window counts, as its header names it. */
export type Counted = 'requests' | 'tokens';

/**
 * Of each kind the window with the least left: `x-relay-ratelimit-limit-requests`, `…-remaining-requests`, and
 * `…-reset-requests` (whole seconds until it is empty, if nothing more comes); the same with `tokens`. Names of their own, because the
 * upstream's `x-ratelimit-*` pass through.
 */
export function limitHeaders(
  windows: readonly WindowState[],
  countedBy: (key: string) => Counted | undefined,
): Readonly<Record<string, string>> | undefined {
  let headers: Record<string, string> | undefined;
  for (const window of tightest(windows, countedBy)) {
    headers ??= {};
    const { counted, max, remaining, resetMs } = window;
    headers[`x-relay-ratelimit-limit-${counted}`] = String(max);
    headers[`x-relay-ratelimit-remaining-${counted}`] = String(remaining);
    headers[`x-relay-ratelimit-reset-${counted}`] = String(Math.ceil(resetMs / 1_000));
  }
  return headers;
}

function tightest(
  windows: readonly WindowState[],
  countedBy: (key: string) => Counted | undefined,
): Iterable<WindowState & { counted: Counted }> {
  const least = new Map<Counted, WindowState & { counted: Counted }>();
  for (const window of windows) {
    const counted = countedBy(window.key);
    if (counted === undefined) continue;
    const before = least.get(counted);
    if (!before || window.remaining < before.remaining) least.set(counted, { ...window, counted });
  }
  return least.values();
}
