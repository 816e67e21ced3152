// Parallel calls per channel, counted over all workers.

export type Slots = {
  /** One of `max` places (null: no bound, only counted); answered at once while this worker has a place to spare. */
  tryTake(channelId: string, max: number | null): boolean | Promise<boolean>;
  /** Asks ahead for a place, where none is to spare, so that a `tryTake` that follows soon needn't wait. Never throws. */
  prepare(channelId: string, max: number | null): void;
  /** Gives one place back. Never throws. */
  release(channelId: string): void;
  /** Places in use, of other workers as last heard. */
  inUse(channelId: string): number;
  /** Gives everything back. Never rejects. */
  close(): Promise<void>;
};
