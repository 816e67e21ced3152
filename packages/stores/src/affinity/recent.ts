// Values by name for a time, bounded: what was not used for longest is forgotten first.

const MOST_ENTRIES = 50_000;

export class Recent<Value> {
  /** In order of last use. */
  readonly #entries = new Map<string, { readonly value: Value; readonly untilMs: number }>();
  readonly #nowMs: () => number;
  readonly #most: number;

  constructor(nowMs: () => number, most = MOST_ENTRIES) {
    this.#nowMs = nowMs;
    this.#most = most;
  }

  get(name: string): Value | null {
    const entry = this.#entries.get(name);
    if (!entry) return null;
    if (entry.untilMs > this.#nowMs()) return entry.value;
    this.#entries.delete(name);
    return null;
  }

  set(name: string, value: Value, ttlMs: number): void {
    this.#entries.delete(name);
    this.#entries.set(name, { value, untilMs: this.#nowMs() + ttlMs });
    const oldest = this.#entries.keys().next().value;
    if (this.#entries.size > this.#most && oldest !== undefined) this.#entries.delete(oldest);
  }
}
