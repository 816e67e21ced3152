// Sums over the roll-ups: what a user's dashboard shows.
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { budgetSpan } from './enums.ts';
import { instant, keyId, usd, usdNotNegative } from './primitives.ts';

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

export const usageRange = z.enum(['24h', '7d', '30d']);
export type UsageRange = z.infer<typeof usageRange>;

const keySums = {
  requests: z.int(),
  inputTokens: z.int(),
  cacheReadTokens: z.int(),
  cacheWrite5mTokens: z.int(),
  cacheWrite1hTokens: z.int(),
  outputTokens: z.int(),
  /** Part of the output tokens. */
  reasoningTokens: z.int(),
  /** As it was billed; later adjustments are entries of the statement. */
  costUsd: usdNotNegative,
};

/** Whose limit: this key's alone, or its user's over all keys together. */
const scope = z.enum(['key', 'user']);

export const keyUsage = z
  .object({
    key: z.object({
      name: z.string(),
      prefix: z.string(),
      state: z.literal('active'),
      expiresAt: instant.nullable(),
    }),
    range: usageRange,
    from: instant,
    /** Requests that ended up to here are counted, except those of the last moments: they are booked within seconds. */
    to: instant,
    /** The zone of the days and of the spending windows. */
    timeZone: z.string(),
    total: z.object(keySums),
    /** Highest cost first. */
    byModel: z.array(z.object({ model: z.string(), ...keySums })),
    /** Every day of the range, oldest first, also those without a request. */
    byDay: z.array(z.object({ day: z.iso.date(), ...keySums })),
    /** Of the user, over all keys. `null`: no quota was granted. */
    balance: z.object({ quotaUsd: usd, usedUsd: usd, remainingUsd: usd }).nullable(),
    windows: z.array(
      z.object({
        scope,
        span: budgetSpan,
        limitUsd: usdNotNegative,
        usedUsd: usdNotNegative,
        remainingUsd: usdNotNegative,
        /** Null: never, or the next request begins the window. */
        resetsAt: instant.nullable(),
      }),
    ),
    rates: z.array(
      z.object({
        scope,
        limit: z.enum(['rpm', 'tpm', 'concurrency']),
        max: z.int(),
        remaining: z.int(),
        /** When all of it is free again; null: it is now, or when requests end. */
        resetsAt: instant.nullable(),
      }),
    ),
  })
  .meta({ id: 'KeyUsage' });
export type KeyUsage = z.infer<typeof keyUsage>;

export const getKeyUsage = endpoint({
  id: 'usage.key',
  method: 'GET',
  path: '/api/v1/usage/{key}',
  summary:
    'Usage of a relay key and what is left of its limits; the same answer as `GET /v1/usage` with the key in a header',
  access: 'anyone',
  params: z.object({ key: z.string().min(1).max(200) }),
  query: z.object({ range: usageRange.default('24h') }),
  output: keyUsage,
  errors: [
    'key_unknown',
    'key_disabled',
    'key_expired',
    'user_disabled',
    'ip_not_allowed',
    'too_many_requests',
  ],
});
