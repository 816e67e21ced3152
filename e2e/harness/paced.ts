// Requests at a steady rate, whatever the answers do: what slows each of them down for a moment is seen in all that came in it.
import { setTimeout as sleep } from 'node:timers/promises';

export type Answer = { startedMs: number; tookMs: number; status: number };

export type Paced = {
  /** What was answered so far. */
  readonly answers: readonly Answer[];
  /** Of those that were sent within a time (performance.now), the slowest but for 1 in 100. */
  p99(fromMs: number, toMs: number): number;
  /** Sends no more and waits for what is under way. */
  stop(): Promise<void>;
};

const TICK_MS = 10;
/** Fewer say nothing about one in a hundred. */
const FEWEST = 100;

/** @param send gives the status, once the answer has ended */
export function startPaced(perSecond: number, send: (index: number) => Promise<number>): Paced {
  const answers: Answer[] = [];
  const running = new Set<Promise<void>>();
  const beganMs = performance.now();
  let sent = 0;
  let on = true;
  const fire = () => {
    const startedMs = performance.now();
    const shot: Promise<void> = send(sent++).then((status) => {
      answers.push({ startedMs, tookMs: performance.now() - startedMs, status });
      running.delete(shot);
    });
    running.add(shot);
  };
  const loop = async () => {
    while (on) {
      for (const due = ((performance.now() - beganMs) / 1_000) * perSecond; sent < due; ) fire();
      await sleep(TICK_MS);
    }
  };
  const looping = loop();
  return {
    answers,
    p99(fromMs, toMs) {
      const within = answers.filter(({ startedMs }) => startedMs >= fromMs && startedMs < toMs);
      if (within.length < FEWEST) throw new Error(`only ${within.length} answers in that time`);
      const sorted = within.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
      return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
    },
    stop: async () => {
      on = false;
      await looping;
      await Promise.all(running);
    },
  };
}
