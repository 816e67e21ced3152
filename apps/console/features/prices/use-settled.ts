// A value once it has not changed for a moment: for questions to the server while somebody types.
'use client';
import { useEffect, useState } from 'react';

/** @param ms how long it has to stay the same. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
