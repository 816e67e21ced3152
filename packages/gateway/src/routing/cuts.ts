// Answers in a row that an upstream broke off, by channel key.
import type { BrokenAnswer } from '../ports.ts';

type Row = { count: number; lastMs: number };

/** Misfortunes this far apart are no row; longer than any pause that they bring. */
const FORGOTTEN_MS = 1_200_000;

export class Cuts {
  readonly #rows = new Map<string, Row>();

  /** @returns how many there are in a row with this one; 0: it was under way at the last one, and both are one. */
  add({ channelKeyId, beganMs, nowMs }: BrokenAnswer): number {
    const row = this.#rows.get(channelKeyId);
    if (!row || nowMs - row.lastMs > FORGOTTEN_MS) {
      this.#rows.set(channelKeyId, { count: 1, lastMs: nowMs });
      return 1;
    }
    if (beganMs <= row.lastMs) return 0;
    row.lastMs = nowMs;
    return ++row.count;
  }

  /** @returns whether there was a row. */
  end(channelKeyId: string): boolean {
    return this.#rows.size > 0 && this.#rows.delete(channelKeyId);
  }
}
