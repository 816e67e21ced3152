// Which channel key a conversation is bound to, in this process's memory, for as long as it goes on.
import { Recent } from '@api-proxy/kit/recent';
import type { Affinity, Binding } from '../ports.ts';

type Entry = { readonly binding: Binding; readonly untilMs: number };

const MOST_ENTRIES = 50_000;

/** Bounded: beyond its size what was not used for longest is forgotten. */
export class MemoryAffinity implements Affinity {
  readonly #entries: Recent<Entry>;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number, most = MOST_ENTRIES) {
    this.#nowMs = nowMs;
    this.#entries = new Recent(most);
  }

  get(name: string): Binding | null {
    const entry = this.#entries.get(name);
    if (!entry) return null;
    if (entry.untilMs > this.#nowMs()) return entry.binding;
    this.#entries.delete(name);
    return null;
  }

  bind(name: string, binding: Binding, ttlMs: number): void {
    this.#entries.set(name, { binding, untilMs: this.#nowMs() + ttlMs });
  }
}
