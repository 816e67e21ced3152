// Bindings of a single process.
import { RecentForTime } from '@api-proxy/kit/recent-for-time';
import type { Affinity, Binding } from './port.ts';

export type MemoryAffinityOptions = { nowMs: () => number; most?: number };

/** Answers at once, never with a promise. */
export function memoryAffinity({ nowMs, most }: MemoryAffinityOptions): Affinity & {
  get(name: string): Binding | null;
} {
  const bindings = new RecentForTime<Binding>(nowMs, most);
  return {
    get: (name) => bindings.get(name),
    known: (name) => bindings.get(name),
    bind: (name, binding, ttlMs) => bindings.set(name, binding, ttlMs),
    close: async () => undefined,
  };
}
