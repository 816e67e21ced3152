// Whether the page is live in the browser: false on the server and in the first render.
'use client';
import { useSyncExternalStore } from 'react';

const never = () => () => {};

export function useMounted(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
