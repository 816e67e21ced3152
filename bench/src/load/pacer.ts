// One timer for all paced streams: each step is due at its own time and never drifts.

export type Paced = {
  readonly intervalMs: number;
  readonly firstMs: number;
  readonly steps: number;
  /** Does step `index`; false ends it early. */
  readonly step: (index: number) => boolean;
};

type Running = { readonly paced: Paced; readonly startMs: number; index: number };

export class Pacer {
  #running: Running[] = [];
  #timer: NodeJS.Timeout | null = null;

  add(paced: Paced): void {
    this.#running.push({ paced, startMs: performance.now(), index: 0 });
    this.#timer ??= setInterval(() => this.#tick(), 1);
    if (paced.firstMs === 0) this.#tick();
  }

  #tick(): void {
    const now = performance.now();
    let ended = 0;
    for (const running of this.#running) if (!advance(running, now)) ended++;
    if (ended > 0) this.#running = this.#running.filter(({ index, paced }) => index < paced.steps);
    if (this.#running.length > 0 || !this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}

/** @returns false when it is over */
function advance(running: Running, now: number): boolean {
  const { paced, startMs } = running;
  while (running.index < paced.steps && now >= startMs + paced.firstMs + running.index * paced.intervalMs) {
    const goesOn = paced.step(running.index);
    running.index = goesOn ? running.index + 1 : paced.steps;
  }
  return running.index < paced.steps;
}
