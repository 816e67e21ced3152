// Which channel key a conversation is bound to, in this process's memory, for as long as it goes on.
import type { Affinity, Binding } from '../ports.ts';

type Entry = { readonly binding: Binding; readonly untilMs: number };

const MOST_ENTRIES = 50_000;

/** Bounded: beyond its size what was not used for longest is forgotten. */
export class MemoryAffinity implements Affinity {
  /** In order of last use. */
  readonly #entries = new Map<string, Entry>();
  readonly #nowMs: () => number;
  readonly #most: number;

  constructor(nowMs: () => number, most = MOST_ENTRIES) {
    this.#nowMs = nowMs;
    this.#most = most;
  }

  get(name: string): Binding | null {
    const entry = this.#entries.get(name);
    if (!entry) return null;
    if (entry.untilMs > this.#nowMs()) return entry.binding;
    this.#entries.delete(name);
    return null;
  }

  bind(name: string, binding: Binding, ttlMs: number): void {
    this.#entries.delete(name);
    this.#entries.set(name, { binding, untilMs: this.#nowMs() + ttlMs });
    const oldest = this.#entries.keys().next().value;
    if (this.#entries.size > this.#most && oldest !== undefined) this.#entries.delete(oldest);
  }
}
