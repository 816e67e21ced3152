// Messages between workers: at most once, unordered across topics; whoever needs certainty checks a version in the database.

export type BusListener = (payload: unknown) => void;

export type Bus = {
  /** Tells every subscriber of `topic`, in this process and the others. The payload is JSON. Never throws. */
  publish(topic: string, payload: unknown): void;
  /** @returns a function that ends the subscription. */
  subscribe(topic: string, listener: BusListener): () => void;
  close(): Promise<void>;
};
