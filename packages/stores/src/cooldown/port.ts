// What is known about channel keys over all workers: pauses with their true ends, and who may probe a key.

export type Cooldowns = {
  /** Remembers a state under its name until `untilMs` (epoch). Never throws; need not be done when it returns. */
  save(name: string, state: string, untilMs: number): void;
  /** Forgets states. Never throws. */
  drop(names: readonly string[]): void;
  /** Every state whose time is not over, by name. Empty when it can't be asked. Never rejects. */
  all(nowMs: number): Promise<ReadonlyMap<string, string>>;
  /** Whether this worker is the one that probes, for as long as it holds the probe and `leaseMs` at most. Never rejects. */
  claimProbe(name: string, leaseMs: number): boolean | Promise<boolean>;
  /** A probe of this worker's goes on: from now on it lasts `leaseMs`. Never throws. */
  renewProbe(name: string, leaseMs: number): void;
  /** The probe is over; does nothing for who does not hold it. Never throws. */
  endProbe(name: string): void;
};
