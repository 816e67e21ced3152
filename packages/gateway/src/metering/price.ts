// Which price version holds for a model on a channel at a moment.
import type { Price, Snapshot } from '../snapshot.ts';

export type PriceQuestion = {
  readonly model: string;
  readonly channelId: string | null;
  readonly nowMs: number;
};

/**
 * The newest version in force; one for the channel wins over the general one. Of two for the same moment the one that
 * was entered later holds (ids grow with time): it corrects the other. Null when the model has no price.
 */
export function resolvePrice(snapshot: Snapshot, question: PriceQuestion): Price | null {
  const versions = snapshot.prices.get(question.model);
  if (!versions) return null;
  let best: Price | null = null;
  for (const price of versions) {
    if (price.effectiveFromMs > question.nowMs) continue;
    if (price.channelId !== null && price.channelId !== question.channelId) continue;
    if (best === null || winsOver(price, best)) best = price;
  }
  return best;
}

function winsOver(price: Price, other: Price): boolean {
  if ((price.channelId === null) !== (other.channelId === null)) return price.channelId !== null;
  if (price.effectiveFromMs !== other.effectiveFromMs) return price.effectiveFromMs > other.effectiveFromMs;
  return price.id > other.id;
}
