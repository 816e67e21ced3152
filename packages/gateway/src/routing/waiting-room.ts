// Where requests wait, in order and not for long, for something others hold: a channel's slot, a user's place.
import type { Exchange } from '../exchange.ts';
import type { Maybe } from '../ports.ts';

export type Wait<T> = {
  /** What it waits for; a release of any of them is a chance. */
  readonly names: readonly string[];
  readonly exchange: Exchange;
  readonly forMs: number;
  /** Nobody waits behind this many others for the same thing. */
  readonly most: number;
  /** Takes what is waited for; null when it is not to be had yet. */
  attempt(): Maybe<T | null>;
  /** Returns what was taken too late: the client has left, or the time was up. */
  giveBack(value: T): void;
};

type Waiter = { readonly names: readonly string[]; busy: boolean; tryNow(): Promise<boolean> };

/** What other instances release is noticed within this time. */
const RECHECK_MS = 250;

export class WaitingRoom {
  /** First come, first served: sets keep their order. */
  readonly #byName = new Map<string, Set<Waiter>>();
  #timer: NodeJS.Timeout | null = null;

  /** @returns what was taken, or null: no room, time is up, or the client left. */
  async wait<T>(wait: Wait<T>): Promise<T | null> {
    const { exchange, names } = wait;
    const full = names.some((name) => (this.#byName.get(name)?.size ?? 0) >= wait.most);
    if (full || exchange.clientGone || wait.forMs <= 0) return null;
    const { promise, resolve } = Promise.withResolvers<T | null>();
    let open = true;
    const end = (value: T | null) => {
      open = false;
      clearTimeout(timer);
      exchange.waiting = null;
      this.#leave(waiter);
      resolve(value);
    };
    const tryNow = async () => {
      const taken = wait.attempt();
      const value = taken instanceof Promise ? await taken : taken;
      if (value === null) return false;
      if (open) end(value);
      else wait.giveBack(value);
      return true;
    };
    const waiter: Waiter = { names, busy: false, tryNow };
    const timer = setTimeout(() => open && end(null), wait.forMs);
    exchange.waiting = { clientGone: () => open && end(null) };
    this.#enter(waiter);
    return promise;
  }

  /** Something of this name was released: who waited longest tries first. */
  wake(name: string): void {
    const waiters = this.#byName.get(name);
    if (waiters) void this.#serve(waiters, 1);
  }

  /** Lets them try in turn until `most` have taken something. */
  async #serve(waiters: ReadonlySet<Waiter>, most: number): Promise<void> {
    let served = 0;
    for (const waiter of [...waiters]) {
      if (waiter.busy || !waiters.has(waiter)) continue;
      waiter.busy = true;
      try {
        if ((await waiter.tryNow()) && ++served >= most) return;
      } catch {
        // Whoever can't take it now waits on, until its time is up.
      } finally {
        waiter.busy = false;
      }
    }
  }

  #enter(waiter: Waiter): void {
    for (const name of waiter.names) {
      const waiters = this.#byName.get(name);
      if (waiters) waiters.add(waiter);
      else this.#byName.set(name, new Set([waiter]));
    }
    this.#timer ??= setInterval(() => {
      // How many places others have released is not known here.
      for (const waiters of this.#byName.values()) void this.#serve(waiters, waiters.size);
    }, RECHECK_MS).unref();
  }

  #leave(waiter: Waiter): void {
    for (const name of waiter.names) {
      const waiters = this.#byName.get(name);
      waiters?.delete(waiter);
      if (waiters?.size === 0) this.#byName.delete(name);
    }
    if (this.#byName.size > 0 || !this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}
