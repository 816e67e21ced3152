// Tells when a press of a pointer is over: what appears in the middle of one moves what is being clicked away.
'use client';
import { useEffect, useRef } from 'react';

/** Whoever holds a pointer down for longer does not click. */
const LONGEST_PRESS_MS = 1_000;

/** Gives a function whose promise is kept at once, or after the click that is under way. */
export function usePressOver(): () => Promise<void> {
  const press = useRef<Promise<void> | null>(null);
  useEffect(() => {
    let end = () => {};
    const down = () => {
      if (press.current) return;
      press.current = new Promise((resolve) => {
        const longest = setTimeout(() => end(), LONGEST_PRESS_MS);
        end = () => {
          clearTimeout(longest);
          press.current = null;
          resolve();
        };
      });
    };
    // The click follows its release in the same turn.
    const up = () => setTimeout(() => end());
    const listening = new AbortController();
    const early = { capture: true, signal: listening.signal };
    addEventListener('pointerdown', down, early);
    addEventListener('pointerup', up, early);
    addEventListener('pointercancel', up, early);
    return () => {
      listening.abort();
      end();
    };
  }, []);
  return () => press.current ?? Promise.resolve();
}
