// Sums over the roll-ups: what a user's dashboard shows.
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { instant, keyId, usdNotNegative } from './primitives.ts';

const sums = {
  requests: z.int(),
  errors: z.int(),
  inputTokens: z.int(),
  cacheReadTokens: z.int(),
  cacheWriteTokens: z.int(),
  outputTokens: z.int(),
  costUsd: usdNotNegative,
};

export const usageSums = z.object(sums);

export const usageSummary = z
  .object({
    today: usageSums,
    sevenDays: usageSums,
    thirtyDays: usageSums,
    /** One entry per hour of the last 24 h, oldest first. */
    byHour: z.array(z.object({ bucket: instant, ...sums })),
    /** One entry per day of the last 30, oldest first. */
    byDay: z.array(z.object({ bucket: instant, ...sums })),
    byModel: z.array(z.object({ model: z.string(), ...sums })),
    byKey: z.array(z.object({ keyId, keyName: z.string(), ...sums })),
  })
  .meta({ id: 'UsageSummary' });
export type UsageSummary = z.infer<typeof usageSummary>;

export const getUsageSummary = endpoint({
  id: 'usage.summary',
  method: 'GET',
  path: '/api/usage/summary',
  summary: 'Own usage: today, 7 and 30 days, by hour, day, model and key (30 days)',
  access: 'user',
  output: usageSummary,
});

export const availableModel = z.object({
  name: z.string(),
  displayName: z.string(),
  provider: z.string(),
  priced: z.boolean(),
  /** Protocols by which a channel can answer for it now. */
  protocols: z.array(z.enum(['anthropic-messages', 'openai-chat', 'openai-responses', 'openai-embeddings'])),
});

export const listAvailableModels = endpoint({
  id: 'usage.availableModels',
  method: 'GET',
  path: '/api/available-models',
  summary: 'Models that the signed-in user can call now, for examples and key limits',
  access: 'user',
  output: z.object({ items: z.array(availableModel) }),
});
