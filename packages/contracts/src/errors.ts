// The one shape of an error of the control API, and its codes.
import { z } from 'zod';

export const errorCodes = [
  'invalid_input',
  'unauthenticated',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'unsupported_media_type',
  'cross_site',
  'conflict',
  'too_large',
  'too_many_requests',
  'registration_closed',
  'last_super_admin',
  'email_taken',
  'name_taken',
  'key_unknown',
  'key_disabled',
  'key_expired',
  'user_disabled',
  'ip_not_allowed',
  'gift_card_unknown',
  'gift_card_used',
  'gift_card_void',
  'gift_card_expired',
  'upstream_failed',
  'not_ready',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** One invalid field: where (dotted path, e.g. `body.baseUrl`) and why. */
export const fieldIssue = z.object({ path: z.string(), message: z.string() });

export const apiError = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      details: z
        .object({ fields: z.array(fieldIssue).optional() })
        .loose()
        .optional(),
    }),
  })
  .meta({ id: 'Error' });

export type ApiErrorBody = z.infer<typeof apiError>;
