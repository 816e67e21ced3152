// How a gift card is named: by what is known of its code.
import type { GiftCard } from '@api-proxy/contracts/gift-cards';

export function codeLabel({ lastFour }: Pick<GiftCard, 'lastFour'>): string {
  return `•••• ${lastFour}`;
}
