// Whether the shared store answers now: adapters ask it before they spend time on a command.

export type LinkState = 'up' | 'down';

export type Link = {
  state(): LinkState;
  /** Tells the adapter's listener of each change; @returns a function that ends it. */
  onChange(listener: (state: LinkState) => void): () => void;
};
