// Spending limits in USD, one per window, of a user or of a key.
import { z } from 'zod';
import { budgetSpan } from './enums.ts';
import { instant, usdNotNegative } from './primitives.ts';

/** A spending limit per window and what is used of it now. */
export const windowQuota = z.object({
  span: budgetSpan,
  limitUsd: usdNotNegative,
  usedUsd: usdNotNegative,
  resetsAt: instant.nullable(),
});
export type WindowQuota = z.infer<typeof windowQuota>;

/** The limits as they are to be: a window that is left out has none. */
export const windowQuotas = z
  .array(z.strictObject({ span: budgetSpan, limitUsd: usdNotNegative }))
  .max(5)
  .refine((quotas) => new Set(quotas.map(({ span }) => span)).size === quotas.length, {
    error: 'one limit per window',
  });
export type WindowQuotas = z.input<typeof windowQuotas>;
