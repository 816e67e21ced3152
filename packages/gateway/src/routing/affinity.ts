// Which channel key a conversation is bound to, in this process's memory, for as long as it goes on.
import { RecentForTime } from '@api-proxy/kit/recent-for-time';
import type { Affinity, Binding } from '../ports.ts';

/** Bounded: beyond its size what was not used for longest is forgotten. */
export class MemoryAffinity implements Affinity {
  readonly #bindings: RecentForTime<Binding>;

  constructor(nowMs: () => number, most?: number) {
    this.#bindings = new RecentForTime(nowMs, most);
  }

  get(name: string): Binding | null {
    return this.#bindings.get(name);
  }

  bind(name: string, binding: Binding, ttlMs: number): void {
    this.#bindings.set(name, binding, ttlMs);
  }
}
