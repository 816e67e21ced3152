// Which channel key serves a name (a conversation, a stored response): remembered for a time.

export type Binding = { readonly channelId: string; readonly channelKeyId: string };

export type Affinity = {
  /** At once when this worker knows it. Never rejects: what can't be asked is not known. */
  get(name: string): Binding | null | Promise<Binding | null>;
  /** What this worker knows without asking anybody. */
  known(name: string): Binding | null;
  /** Binds, moves, or makes it last for `ttlMs` from now. Others learn of it soon after. Never throws. */
  bind(name: string, binding: Binding, ttlMs: number): void;
  /** What is not yet told is told. Never rejects. */
  close(): Promise<void>;
};
