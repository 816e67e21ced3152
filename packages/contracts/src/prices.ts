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

/** A price in the table: who set it, too. */
export const listedPrice = price.extend({
  /** Null: nobody did by hand, or the user is deleted. */
  setBy: z.string().nullable(),
});
export type ListedPrice = z.infer<typeof listedPrice>;

/** A model of the catalogue, accepted by a channel by name, or called lately, that has no price now. */
export const unpricedModel = z.object({
  model: z.string(),
  inCatalogue: z.boolean(),
  /** Names of channels that accept it by name. */
  channels: z.array(z.string()),
  /** Requests of the last 30 days, refused ones too. */
  requests: z.int(),
});
export type UnpricedModel = z.infer<typeof unpricedModel>;

export const tariffClass = z.enum(['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h']);
export type TariffClass = z.infer<typeof tariffClass>;

/** What is done to each of several prices. */
export const tariffChange = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('scale'),
    /** `"1.1"`: ten percent more; `"0.85"`: fifteen percent less. */
    factor: z
      .string()
      .regex(/^\d{1,4}(\.\d{1,6})?$/, { error: 'a factor such as 1.1 or 0.85' })
      .refine((text) => Number(text) > 0, { error: 'must be more than zero' }),
    /** Of the long-context tier the same classes. */
    classes: z.array(tariffClass).min(1).max(5),
  }),
  z.strictObject({
    kind: z.literal('set'),
    /** The long-context tier stays as it is. */
    classes: z.partialRecord(tariffClass, pricePerMTok).refine((classes) => Object.keys(classes).length > 0, {
      error: 'at least one class',
    }),
  }),
]);
export type TariffChange = z.input<typeof tariffChange>;

export const priceBulkChange = z.strictObject({
  /** Prices in force, by id: when one of them is replaced meanwhile, nothing is changed. */
  priceIds: z.array(priceId).min(1).max(500),
  change: tariffChange,
  /** Left out: from now on. */
  effectiveFrom: instant.optional(),
  note: z.string().max(500).default(''),
  /** True: only tells what would become of them. */
  preview: z.boolean().default(false),
});

export const changedPrice = z.object({
  priceId,
  model: z.string(),
  channelId: channelId.nullable(),
  before: tariff,
  after: tariff,
  /** A price that is already scheduled for later takes its place then. */
  replacedAt: instant.nullable(),
});
export type ChangedPrice = z.infer<typeof changedPrice>;

export const listPrices = endpoint({
  id: 'prices.list',
  method: 'GET',
  path: '/api/prices',
  summary: 'Prices in force and scheduled; with a model: its whole history',
  access: 'admin',
  query: z.object({ model: z.string().max(200).optional(), search: searchText }),
  output: z.object({
    items: z.array(listedPrice),
    /** Most called first. */
    unpriced: z.array(unpricedModel),
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

export const changePrices = endpoint({
  id: 'prices.change',
  method: 'POST',
  path: '/api/prices/change',
  summary: 'Change several prices in force by one rule, all or none; or only see what they would become',
  access: 'admin',
  body: priceBulkChange,
  output: z.object({ items: z.array(changedPrice) }),
  errors: ['conflict'],
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
