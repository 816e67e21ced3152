// A set for what is nearly always empty or holds a handful: costs next to nothing until something comes.

/** Keeps the order in which things came; looks at each of them, so it is for few. */
export class Few<Item> {
  #items: Item[] | null = null;

  get size(): number {
    return this.#items === null ? 0 : this.#items.length;
  }

  has(item: Item): boolean {
    return this.#items?.includes(item) ?? false;
  }

  /** Does nothing for what is there. */
  add(item: Item): void {
    if (this.#items === null) this.#items = [item];
    else if (!this.#items.includes(item)) this.#items.push(item);
  }

  /** Does nothing for what is not there. */
  delete(item: Item): void {
    const at = this.#items?.indexOf(item) ?? -1;
    if (at !== -1) this.#items?.splice(at, 1);
  }

  clear(): void {
    this.#items = null;
  }

  /** Those that are there now. */
  all(): Item[] {
    return this.#items?.slice() ?? [];
  }
}
