// Channel keys that could not be reached while nothing else could either: left alone for a while, but not blamed.

/** At most this long; the relay's own network is back sooner or later. */
const PAUSE_MS = 60_000;

type Pause = { readonly endsMs: number; over: boolean };

/**
 * Of this worker's network alone: the others are not told. With each answer of whichever key one more comes back. If
 * those are dead after all, they must not come back at once, as together they would use up the attempts of a request again.
 */
export class Unreached {
  /** By channel key; the longest paused first. */
  readonly #pauses = new Map<string, Pause>();

  get size(): number {
    return this.#pauses.size;
  }

  /** 0: not paused. */
  untilMs(channelKeyId: string): number {
    const pause = this.#pauses.get(channelKeyId);
    return pause && !pause.over ? pause.endsMs : 0;
  }

  add(channelKeyId: string, nowMs: number): void {
    this.#pauses.delete(channelKeyId);
    this.#pauses.set(channelKeyId, { endsMs: nowMs + PAUSE_MS, over: false });
  }

  delete(channelKeyId: string): void {
    this.#pauses.delete(channelKeyId);
  }

  /** A key was to blame: one that had just come back is left alone once more. */
  failed(channelKeyId: string, nowMs: number): void {
    const pause = this.#pauses.get(channelKeyId);
    if (pause && pause.endsMs > nowMs) this.add(channelKeyId, nowMs);
  }

  answered(channelKeyId: string, nowMs: number): void {
    const own = this.#pauses.get(channelKeyId);
    this.#pauses.delete(channelKeyId);
    if (own && !own.over) return;
    for (const [other, pause] of this.#pauses) {
      if (pause.endsMs <= nowMs) this.#pauses.delete(other);
      else if (!pause.over) {
        pause.over = true;
        return;
      }
    }
  }
}
