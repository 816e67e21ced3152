// Prices in USD per million tokens, from a date on; a new row supersedes the old one, which stays as history.
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { channelId, done, instant, priceId, pricePerMTok, searchText } from './primitives.ts';

const classes = {
  input: pricePerMTok,
  output: pricePerMTok,
  cacheRead: pricePerMTok,
  cacheWrite5m: pricePerMTok,
  cacheWrite1h: pricePerMTok,
};

/** The numbers of a price; `longContext` holds for the whole request when its prompt is longer than `threshold` tokens. */
export const tariff = z.object({
  ...classes,
  longContext: z
    .object({ threshold: z.int().min(1), ...classes })
    .nullable()
    .default(null),
});
export type Tariff = z.infer<typeof tariff>;

export const price = z
  .object({
    id: priceId,
    provider: z.string(),
    model: z.string(),
    /** Set: holds on this channel only. */
    channelId: channelId.nullable(),
    tariff,
    effectiveFrom: instant,
    withdrawnAt: instant.nullable(),
    source: z.enum(['catalog', 'manual', 'import']),
    note: z.string(),
    /** `current`: prices requests now; `scheduled`: will; `past`: did. */
    phase: z.enum(['current', 'scheduled', 'past']),
    createdAt: instant,
  })
  .meta({ id: 'Price' });
export type Price = z.infer<typeof price>;

export const priceCreate = z.strictObject({
  model: z.string().trim().min(1).max(200),
  provider: z.string().trim().max(60).optional(),
  channelId: channelId.nullable().default(null),
  tariff,
  /** Left out: from now on. */
  effectiveFrom: instant.optional(),
  note: z.string().max(500).default(''),
});
export type PriceCreate = z.input<typeof priceCreate>;

export const listPrices = endpoint({
  id: 'prices.list',
  method: 'GET',
  path: '/api/prices',
  summary: 'Prices in force and scheduled; with a model: its whole history',
  access: 'admin',
  query: z.object({ model: z.string().max(200).optional(), search: searchText }),
  output: z.object({
    items: z.array(price),
    /** Models of the catalogue, or accepted by a channel by name, that have no price now. */
    unpriced: z.array(z.string()),
  }),
});

export const createPrice = endpoint({
  id: 'prices.create',
  method: 'POST',
  path: '/api/prices',
  summary: 'Set a price from now, or from a date on',
  access: 'admin',
  body: priceCreate,
  output: price,
});

export const withdrawPrice = endpoint({
  id: 'prices.withdraw',
  method: 'DELETE',
  path: '/api/prices/{priceId}',
  summary: 'Withdraw a price: from now on it prices nothing; rows billed with it keep it',
  access: 'admin',
  params: z.object({ priceId }),
  output: done,
});
