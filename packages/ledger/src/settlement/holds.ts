// What the settlement tells the purse: which money a request held, and what its booking did to the leases.
import type { Budget } from '../budget/budget.ts';
import type { Taken } from './charges.ts';

export type Holds = {
  /** A request ended: its hold becomes its cost (nano-USD) and waits for the booking. */
  spend(requestId: string, cost: bigint): void;
  /** Budgets on which the request holds money of this worker. */
  heldBy(requestId: string): readonly string[];
  /** A batch with these requests is on its way to the database; call the result when it came back, however it ended. */
  booking(requestIds: readonly string[]): () => void;
  /** The request was booked now; its leases shrank by what was taken. */
  booked(requestId: string, taken: readonly Taken[]): void;
  /** The request had been booked before by an attempt whose answer was lost: the leases must be read again. */
  bookedBefore(requestId: string): void;
  /** The request can't be booked at all: its hold is freed. */
  dropped(requestId: string): void;
  /** Budgets as they stand after a booking. */
  observe(budgets: readonly Budget[]): void;
};

/** For a settlement without a purse: replays, repairs. */
export const NO_HOLDS: Holds = {
  spend: () => undefined,
  heldBy: () => [],
  booking: () => () => undefined,
  booked: () => undefined,
  bookedBefore: () => undefined,
  dropped: () => undefined,
  observe: () => undefined,
};
