// The catalogue of public models, and the built-in list that fills it.
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { price, tariff } from './prices.ts';
import { done, instant, modelId, queryFlag, searchText, shortText } from './primitives.ts';

export const capabilities = z.object({ vision: z.boolean(), tools: z.boolean(), thinking: z.boolean() });

const name = z.string().trim().min(1).max(200).regex(/^\S+$/, { error: 'no white space' });

const fields = {
  provider: shortText(60),
  name,
  displayName: shortText(120),
  description: z.string().max(2_000),
  enabled: z.boolean(),
  visible: z.boolean(),
  upstreamModel: name.nullable(),
  capabilities,
  contextLength: z.int().min(1).max(100_000_000).nullable(),
  maxOutputTokens: z.int().min(1).max(100_000_000).nullable(),
  sortOrder: z.int().min(-1_000_000).max(1_000_000),
};

export const model = z
  .object({
    id: modelId,
    ...fields,
    source: z.enum(['catalog', 'manual']),
    /** The price in force now; null: not priced. */
    price: price.nullable(),
    /** Enabled channels that accept it. */
    channelCount: z.int(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Model' });
export type Model = z.infer<typeof model>;

export const modelCreate = z.strictObject({
  provider: fields.provider,
  name,
  displayName: fields.displayName.optional(),
  description: fields.description.default(''),
  enabled: fields.enabled.default(true),
  visible: fields.visible.default(true),
  upstreamModel: fields.upstreamModel.default(null),
  capabilities: capabilities.default({ vision: false, tools: false, thinking: false }),
  contextLength: fields.contextLength.default(null),
  maxOutputTokens: fields.maxOutputTokens.default(null),
  sortOrder: fields.sortOrder.default(0),
});
export type ModelCreate = z.input<typeof modelCreate>;

export const modelUpdate = z.strictObject(fields).partial();
export type ModelUpdate = z.input<typeof modelUpdate>;

/** An entry of the built-in list of models and official prices. */
export const catalogEntry = z
  .object({
    provider: z.string(),
    name: z.string(),
    displayName: z.string(),
    releasedOn: z.string().nullable(),
    contextLength: z.int().nullable(),
    maxOutputTokens: z.int().nullable(),
    capabilities,
    tariff: tariff.nullable(),
    /** Whether the catalogue has it, and whether it is priced there. */
    added: z.boolean(),
    priced: z.boolean(),
    /** Names of channels that accept it by name. */
    channels: z.array(z.string()),
  })
  .meta({ id: 'CatalogEntry' });
export type CatalogEntry = z.infer<typeof catalogEntry>;

const params = z.object({ modelId });

export const listModels = endpoint({
  id: 'models.list',
  method: 'GET',
  path: '/api/models',
  summary: 'The whole catalogue in its order',
  access: 'admin',
  query: z.object({ search: searchText, priced: queryFlag.optional() }),
  output: z.object({ items: z.array(model) }),
});

export const createModel = endpoint({
  id: 'models.create',
  method: 'POST',
  path: '/api/models',
  summary: 'Add a model to the catalogue',
  access: 'admin',
  body: modelCreate,
  output: model,
  errors: ['name_taken'],
});

export const updateModel = endpoint({
  id: 'models.update',
  method: 'PATCH',
  path: '/api/models/{modelId}',
  summary: 'Change a model',
  access: 'admin',
  params,
  body: modelUpdate,
  output: model,
  errors: ['name_taken'],
});

export const deleteModel = endpoint({
  id: 'models.delete',
  method: 'DELETE',
  path: '/api/models/{modelId}',
  summary: 'Take a model out of the catalogue; its price history stays',
  access: 'admin',
  params,
  output: done,
});

export const listCatalog = endpoint({
  id: 'catalog.list',
  method: 'GET',
  path: '/api/catalog',
  summary: 'The built-in list, and the models seen on channels that the catalogue lacks',
  access: 'admin',
  output: z.object({ source: z.string(), items: z.array(catalogEntry), unknown: z.array(z.string()) }),
});

export const addFromCatalog = endpoint({
  id: 'catalog.add',
  method: 'POST',
  path: '/api/catalog/add',
  summary: 'Add models of the built-in list, with their official prices; what exists keeps its local edits',
  access: 'admin',
  body: z.strictObject({ names: z.array(name).min(1).max(500), withPrices: z.boolean().default(true) }),
  output: z.object({ models: z.int(), prices: z.int() }),
});
