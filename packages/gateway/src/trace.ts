// What the journey leaves behind for the record, filled in step by step.
import type { Call } from './call.ts';
import type { AttemptRecord } from './exchange-record.ts';
import type { ChannelSlots, Hold, Pass } from './ports.ts';
import type { Candidate, Route } from './routing/route.ts';

export class Trace {
  call: Call | null = null;
  route: Route | null = null;
  /** The candidate that answered, or the last one tried. */
  candidate: Candidate | null = null;
  readonly attempts: AttemptRecord[] = [];
  /** Whether an upstream sent anything of an answer. */
  answered = false;
}

/** What a request holds while it runs; given back by {@link Held.release}, whatever ended it. */
export class Held {
  pass: Pass | null = null;
  hold: Hold | null = null;
  readonly #slots: ChannelSlots;
  #slot: string | null = null;

  constructor(slots: ChannelSlots) {
    this.#slots = slots;
  }

  takeSlot(channelId: string, max: number | null): boolean {
    if (!this.#slots.tryTake(channelId, max)) return false;
    this.#slot = channelId;
    return true;
  }

  releaseSlot(): void {
    if (this.#slot !== null) this.#slots.release(this.#slot);
    this.#slot = null;
  }

  release(actualTokens: number): void {
    this.releaseSlot();
    this.pass?.release(actualTokens);
    this.hold?.release();
  }
}
