// Money that other workers hold and don't need comes back before a request is denied: asked and answered over the bus.
import type { Bus } from '@api-proxy/stores/bus/port';
import { z } from 'zod';

const WANTED = 'leases-wanted';
const RETURNED = 'leases-returned';
/** A denial waits this long for answers at most. */
const WAIT_MS = 150;

const wantedSchema = z.object({ from: z.string(), ask: z.number(), budgetIds: z.array(z.string()) });
const returnedSchema = z.object({ to: z.string(), ask: z.number() });

export type LeaseRecallOptions = {
  bus: Bus;
  /** Unique among all workers. */
  workerId: string;
  /** Workers that share the budgets, as last known, this one included. */
  instances: () => number;
  /** Whether a message reaches the others now. */
  isShared: () => boolean;
};

export type LeaseRecall = {
  /** Resolves when every other worker has answered, or the time is up. Never rejects. */
  recall(budgetIds: readonly string[]): Promise<void>;
  /** Answers the others from here on: `returnIdle` gives back what this worker does not need. */
  answerWith(returnIdle: (budgetIds: readonly string[]) => Promise<void>): void;
};

export function leaseRecall({ bus, workerId, instances, isShared }: LeaseRecallOptions): LeaseRecall {
  const waiting = new Map<number, () => void>();
  let asks = 0;
  bus.subscribe(RETURNED, (payload) => {
    const answer = returnedSchema.safeParse(payload).data;
    if (answer?.to === workerId) waiting.get(answer.ask)?.();
  });
  return {
    recall(budgetIds) {
      let missing = instances() - 1;
      if (missing < 1 || !isShared()) return Promise.resolve();
      const ask = ++asks;
      return new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer);
          waiting.delete(ask);
          resolve();
        };
        const timer = setTimeout(end, WAIT_MS);
        waiting.set(ask, () => {
          missing -= 1;
          if (missing === 0) end();
        });
        bus.publish(WANTED, { from: workerId, ask, budgetIds });
      });
    },
    answerWith(returnIdle) {
      bus.subscribe(WANTED, (payload) => {
        const wanted = wantedSchema.safeParse(payload).data;
        if (!wanted || wanted.from === workerId) return;
        const { from: to, ask, budgetIds } = wanted;
        returnIdle(budgetIds).then(() => bus.publish(RETURNED, { to, ask }));
      });
    },
  };
}
