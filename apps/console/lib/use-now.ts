// The present moment, shared by all relative times on a page and refreshed every half minute.
'use client';
import { useSyncExternalStore } from 'react';

const REFRESH_MS = 30_000;

function currentTick(): number {
  return Math.floor(Date.now() / REFRESH_MS);
}

function subscribe(onChange: () => void): () => void {
  const timer = setInterval(onChange, REFRESH_MS);
  return () => clearInterval(timer);
}

/** Now, or `null` while the page is rendered on the server or not yet live. */
export function useNow(): Date | null {
  const tick = useSyncExternalStore(subscribe, currentTick, () => null);
  return tick === null ? null : new Date();
}
