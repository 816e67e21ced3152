// Values by name for a time, bounded: what was not used for longest is forgotten first.
import { Recent } from './recent.ts';

const MOST_ENTRIES = 50_000;

export class RecentForTime<Value> {
  readonly #entries: Recent<{ readonly value: Value; readonly untilMs: number }>;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number, most = MOST_ENTRIES) {
    this.#nowMs = nowMs;
    this.#entries = new Recent(most);
  }

  get(name: string): Value | null {
    const entry = this.#entries.get(name);
    if (!entry) return null;
    if (entry.untilMs > this.#nowMs()) return entry.value;
    this.#entries.delete(name);
    return null;
  }

  set(name: string, value: Value, ttlMs: number): void {
    this.#entries.set(name, { value, untilMs: this.#nowMs() + ttlMs });
  }
}
