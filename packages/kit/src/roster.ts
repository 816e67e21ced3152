// Who is there right now, of things that come and go with every request.

/** Belongs to the roster that it is on: nobody else writes it. */
export type Listed = {
  /** {@link NOT_LISTED} while it is on no roster. */
  place: number;
};

export const NOT_LISTED = -1;

/**
 * A set for things that live as long as a request. A `Set` that is filled and emptied without end leaves its outgrown
 * tables behind: each still holds what was in it and points to the next one, so as soon as one of them is old, V8's
 * collector of young objects has to keep nearly every later request alive until a full collection
 * (docs/decisions/0079). Here nothing is left behind. The order is not kept.
 */
export class Roster<Item extends Listed> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** Does nothing for an item that is on it. */
  add(item: Item): void {
    if (item.place === NOT_LISTED) item.place = this.#items.push(item) - 1;
  }

  /** Does nothing for an item that is not on it. */
  delete(item: Item): void {
    const { place } = item;
    if (place === NOT_LISTED) return;
    const last = this.#items.pop();
    if (last !== undefined && last !== item) {
      this.#items[place] = last;
      last.place = place;
    }
    item.place = NOT_LISTED;
  }

  /** Those that are on it now: what is done with them may change the roster. */
  all(): Item[] {
    return this.#items.slice();
  }
}
