// Texts side by side in buffers: while hundreds of rows wait, the collector neither moves nor marks what they are made of.

/** Large enough that a slab costs its rows next to nothing, small enough that a late row keeps little alive. */
const SLAB_BYTES = 64 * 1024;
/** A UTF-16 unit takes at most three bytes of UTF-8. */
const MOST_BYTES_PER_UNIT = 3;

/** Writes texts into the slab of now; what was written stays as it is for as long as somebody holds its slab. */
export class TextSlabs {
  readonly #slabBytes: number;
  #slab: Buffer = Buffer.alloc(0);
  #end = 0;

  /** @param slabBytes of a slab, at least; 0: as much as the texts to come can need */
  constructor(slabBytes = SLAB_BYTES) {
    this.#slabBytes = slabBytes;
  }

  /** The slab of now, once it has room for texts of so many UTF-16 units in all. */
  withRoomFor(units: number): Buffer {
    const bytes = units * MOST_BYTES_PER_UNIT;
    if (this.#slab.length - this.#end < bytes) {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(bytes, this.#slabBytes));
      this.#end = 0;
    }
    return this.#slab;
  }

  /** Where the next text begins. */
  get end(): number {
    return this.#end;
  }

  /** Writes a text for which room was made. @returns where it ends */
  put(text: string): number {
    this.#end += this.#slab.write(text, this.#end);
    return this.#end;
  }
}
