// The filters of the gift card table in the URL.
import { createLoader, parseAsString, parseAsStringLiteral } from 'nuqs/server';

export const STATUSES = ['unused', 'redeemed', 'void', 'expired'] as const;

export const giftCardFilters = {
  code: parseAsString.withDefault(''),
  status: parseAsStringLiteral(STATUSES),
  batch: parseAsString,
};

export const loadGiftCardPage = createLoader({ ...giftCardFilters, cursor: parseAsString });

/** Of whatever was typed or pasted, the last four characters: a whole code must not get into an address. */
export function lastFourOf(typed: string): string {
  return typed
    .normalize('NFKC')
    .replace(/[^0-9A-Za-z]/g, '')
    .slice(-4)
    .toUpperCase();
}

/** The query of `listGiftCards` for what the URL says; the same on the server and in the browser. */
export function giftCardQuery(page: {
  code: string;
  status: (typeof STATUSES)[number] | null;
  batch: string | null;
  cursor: string | null;
}) {
  const lastFour = lastFourOf(page.code);
  return {
    limit: 50,
    ...(lastFour === '' ? {} : { lastFour }),
    ...(page.status === null ? {} : { status: page.status }),
    ...(page.batch === null ? {} : { batch: page.batch }),
    ...(page.cursor === null ? {} : { cursor: page.cursor }),
  };
}
