// What the journey leaves behind for the record, filled in step by step.
import type { Usage } from '@api-proxy/protocols/usage';
import type { Call } from './call.ts';
import type { Exchange } from './exchange.ts';
import type { AttemptRecord } from './exchange-record.ts';
import type { Caller, ChannelSlots, Hold, Maybe, Pass } from './ports.ts';
import type { Candidate, Route } from './routing/route.ts';
import type { WaitingRoom } from './routing/waiting-room.ts';
import type { KeepAlive } from './steps/keep-alive.ts';

export class Trace {
  call: Call | null = null;
  route: Route | null = null;
  /** The candidate that answered, or the last one tried. */
  candidate: Candidate | null = null;
  /** By which the upstream knows the last attempt, as far as it said so. */
  upstreamRequestId: string | null = null;
  readonly attempts: AttemptRecord[] = [];
  /** What failed attempts used up at their channels, as far as they said so. */
  readonly lost: { readonly channelId: string; readonly usage: Usage }[] = [];
  /** Whether an upstream sent anything of an answer. */
  answered = false;
}

export type HeldDeps = {
  readonly slots: ChannelSlots;
  /** Who waits for a channel's slot, by channel id. */
  readonly slotQueue: WaitingRoom;
  /** Who waits for a place under a limit, by user id. */
  readonly placeQueue: WaitingRoom;
};

/** What a request holds while it runs; given back by {@link Held.release}, whatever ended it. */
export class Held {
  pass: Pass | null = null;
  hold: Hold | null = null;
  /** Of a client that waits for an event stream. */
  keepAlive: KeepAlive | null = null;
  readonly #deps: HeldDeps;
  readonly #userId: string;
  #slot: string | null = null;

  constructor(userId: string, deps: HeldDeps) {
    this.#userId = userId;
    this.#deps = deps;
  }

  takeSlot(channelId: string, max: number | null): Maybe<boolean> {
    const taken = this.#deps.slots.tryTake(channelId, max);
    return taken instanceof Promise
      ? taken.then((ok) => this.#keepSlot(channelId, ok))
      : this.#keepSlot(channelId, taken);
  }

  #keepSlot(channelId: string, taken: boolean): boolean {
    if (taken) this.#slot = channelId;
    return taken;
  }

  releaseSlot(): void {
    const slot = this.#slot;
    if (slot === null) return;
    this.#slot = null;
    this.#deps.slots.release(slot);
    this.#deps.slotQueue.wake(slot);
  }

  /** @param actualTokens null when nothing was sent to an upstream */
  release(actualTokens: number | null): void {
    this.releaseSlot();
    this.keepAlive?.stop();
    if (this.pass) {
      this.pass.release(actualTokens);
      this.#deps.placeQueue.wake(this.#userId);
    }
    this.hold?.release();
  }
}

/** What every step of a journey has at hand. */
export type Leg = {
  readonly exchange: Exchange;
  readonly caller: Caller;
  readonly trace: Trace;
  readonly held: Held;
};
