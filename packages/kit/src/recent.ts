// A bounded map that forgets first what was set longest ago, at the same small cost however much it holds.

type Entry<Value> = {
  readonly name: string;
  value: Value;
  /** Set earlier; null for the oldest. */
  before: Entry<Value> | null;
  /** Set later; null for the newest. */
  after: Entry<Value> | null;
};

/**
 * In place of a `Map` whose entries are deleted and set again to move them to its end: there, the search for the first
 * entry passes all that were deleted since the map last made itself anew, thousands in a busy one (docs/decisions/0094).
 */
export class Recent<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #most: number;
  #oldest: Entry<Value> | null = null;
  #newest: Entry<Value> | null = null;

  /** @param most entries kept, at least 1 */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(name: string): Value | undefined {
    return this.#entries.get(name)?.value;
  }

  /** Makes it the newest; the oldest gives way when there are too many. */
  set(name: string, value: Value): void {
    const known = this.#entries.get(name);
    if (known) {
      known.value = value;
      if (known === this.#newest) return;
      this.#unlink(known);
      this.#append(known);
      return;
    }
    const entry: Entry<Value> = { name, value, before: null, after: null };
    this.#entries.set(name, entry);
    this.#append(entry);
    if (this.#entries.size > this.#most && this.#oldest !== null) this.delete(this.#oldest.name);
  }

  /** Does nothing for what is not there. */
  delete(name: string): void {
    const entry = this.#entries.get(name);
    if (!entry) return;
    this.#entries.delete(name);
    this.#unlink(entry);
  }

  clear(): void {
    this.#entries.clear();
    this.#oldest = null;
    this.#newest = null;
  }

  /** Names with their values; what is deleted on the way is not seen any more. */
  *entries(): IterableIterator<[string, Value]> {
    for (const [name, { value }] of this.#entries) yield [name, value];
  }

  #append(entry: Entry<Value>): void {
    entry.before = this.#newest;
    if (this.#newest === null) this.#oldest = entry;
    else this.#newest.after = entry;
    this.#newest = entry;
  }

  /** Leaves no link in it: an old entry that is garbage would keep younger ones alive. */
  #unlink(entry: Entry<Value>): void {
    const { before, after } = entry;
    if (before === null) this.#oldest = after;
    else before.after = after;
    if (after === null) this.#newest = before;
    else after.before = before;
    entry.before = null;
    entry.after = null;
  }
}
