// Gives a worker's memory back once it has had nothing to do for minutes: docs/decisions/0093.
import { getHeapStatistics } from 'node:v8';
import { MINUTE_MS } from '@api-proxy/kit/duration';

const LOOK_EVERY_MS = MINUTE_MS;
/** Share of a core below which a look finds the process quiet. */
const QUIET_SHARE = 0.02;
const QUIET_LOOKS = 5;
/** Less than this is not worth a collection. */
const WORTH_BYTES = 16 * 1024 * 1024;

/** What the heap is asked and told; tests have their own. */
export type Heap = {
  /** CPU time of the process up to now, in µs. */
  cpuMicros(): number;
  /** Memory that the heap holds, used or not. */
  heldBytes(): number;
  /** Collects all there is and gives what is free to the system; takes some 100 ms. */
  collect(): void;
};

/** Collects when five looks in a row, a minute apart, found the process quiet and its heap larger than the last time left it. */
export class QuietHeap {
  readonly #heap: Heap;
  #cpuMicros: number;
  #quietLooks = 0;
  #leftBytes = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.#cpuMicros = heap.cpuMicros();
  }

  /** To be called once a minute. */
  look(): void {
    const cpuMicros = this.#heap.cpuMicros();
    const share = (cpuMicros - this.#cpuMicros) / (LOOK_EVERY_MS * 1_000);
    this.#cpuMicros = cpuMicros;
    this.#quietLooks = share < QUIET_SHARE ? this.#quietLooks + 1 : 0;
    if (this.#quietLooks < QUIET_LOOKS) return;
    if (this.#heap.heldBytes() < this.#leftBytes + WORTH_BYTES) return;
    this.#heap.collect();
    this.#leftBytes = this.#heap.heldBytes();
  }
}

/** The heap of this process; null when it was started without `--expose-gc`. */
export function ownHeap(): Heap | null {
  const { gc } = globalThis;
  if (!gc) return null;
  return {
    cpuMicros: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    heldBytes: () => getHeapStatistics().total_heap_size,
    // Other kinds keep the pages for later use.
    collect: () => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }),
  };
}

/** Looks after the heap of this process for as long as it runs. */
export function watchOwnHeap(): void {
  const heap = ownHeap();
  if (!heap) return;
  const quiet = new QuietHeap(heap);
  setInterval(() => quiet.look(), LOOK_EVERY_MS).unref();
}
