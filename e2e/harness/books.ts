// Reading an installation's books whole: every page of a list, and exact sums of what is in them.
import { type NanoUsd, parseUsd } from '@api-proxy/kit/money';

export type Page<Item> = { items: Item[]; nextCursor: string | null };

/** All items of a list; `page` fetches the one behind a cursor, the first without. */
export async function everyPage<Item>(
  page: (cursor: string | undefined) => Promise<Page<Item>>,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const { items: more, nextCursor } = await page(cursor);
    items.push(...more);
    cursor = nextCursor ?? undefined;
  } while (cursor);
  return items;
}

/** Adds decimal USD texts. @throws Error for a text that is no amount. */
export function sumUsd(amounts: readonly string[]): NanoUsd {
  let total = 0n;
  for (const text of amounts) {
    const amount = parseUsd(text);
    if (amount === undefined) throw new Error(`not an amount: ${text}`);
    total += amount;
  }
  return total;
}
