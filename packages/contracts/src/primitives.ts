// The building blocks of every contract: money, prices, ids, instants, pages.
import { parseUsd } from '@api-proxy/kit/money';
import { z } from 'zod';

/** Kinds of ids: prefix, underscore, lower-case letters and digits. */
export const idText = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}_[0-9a-z]{1,40}$`), { error: `an id starting with ${prefix}_` });

export const userId = idText('usr');
export const keyId = idText('key');
export const channelId = idText('chn');
export const channelKeyId = idText('chk');
export const modelId = idText('mdl');
export const priceId = idText('prc');
export const requestId = idText('req');
export const giftCardId = idText('gft');
export const giftCardBatchId = idText('gfb');

/** An exact amount in USD as a decimal text with at most nine places, e.g. `"12.5"`. */
export const usd = z
  .string()
  .max(30)
  .refine((text) => parseUsd(text) !== undefined, {
    error: 'an amount in USD with at most nine decimal places',
  })
  .meta({ id: 'Usd', description: 'Decimal amount in USD, exact to the nano-dollar', example: '12.5' });

/** As `usd`, zero or more. */
export const usdNotNegative = usd.refine((text) => (parseUsd(text) ?? -1n) >= 0n, {
  error: 'must not be negative',
});

/** As `usd`, more than zero. */
export const usdPositive = usd.refine((text) => (parseUsd(text) ?? 0n) > 0n, {
  error: 'must be more than zero',
});

/** A price in USD per million tokens, zero or more. */
export const pricePerMTok = usdNotNegative;

/** An instant in ISO 8601, UTC, milliseconds. */
export const instant = z.iso.datetime({ precision: 3 });

/** A limit on requests, tokens or parallel calls; null: none. */
export const limit = z.int().min(1).max(1_000_000_000).nullable();

export const pageQuery = z.object({
  /** `nextCursor` of the page before. */
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** One page of a list; `nextCursor` is null on the last. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** The answer of an act that has nothing to tell. */
export const done = z.object({ ok: z.literal(true) });

/** Text a person typed: trimmed, not empty. */
export const shortText = (max = 120) => z.string().trim().min(1).max(max);

export const searchText = z.string().trim().max(200).optional();

/** A flag in a query string. */
export const queryFlag = z.enum(['true', 'false']).transform((text) => text === 'true');
