// Whether upstreams that could not be reached are to blame for it, or the network of this worker may be.

/** Nobody is to blame while several hosts can't be reached and none is heard of. */
export class Network {
  /** Signs of life of any upstream. */
  #signs = 0;
  /** The first that could not be reached since the last sign, and whether another one couldn't. */
  #missed: string | null = null;
  #several = false;

  /** An upstream was heard of, whatever it said: called for each attempt, so it must cost next to nothing. */
  heard(): void {
    this.#signs++;
    this.#missed = null;
    this.#several = false;
  }

  /**
   * @param host where the attempt should have gone: channels with the same one say nothing about other hosts
   * @returns what {@link blames} is asked with later
   */
  missed(host: string): number {
    if (this.#missed === null) this.#missed = host;
    else if (this.#missed !== host) this.#several = true;
    return this.#signs;
  }

  /** Whether the upstream is to blame: something else was heard of since then, or nothing else has been missed. */
  blames(missed: number): boolean {
    return missed !== this.#signs || !this.#several;
  }
}
