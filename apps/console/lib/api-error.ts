// A failed call of the control API, with its stable code and the fields that were wrong.
import { apiError } from '@api-proxy/contracts/errors';

export type FieldIssue = { path: string; message: string };

export class ApiError extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Stable code, see the contracts; `network` and `bad_answer` are the console's own. */
  readonly code: string;
  /** Wrong fields, with dotted paths such as `body.baseUrl`. */
  readonly fields: readonly FieldIssue[];

  constructor(status: number, code: string, message: string, fields: readonly FieldIssue[] = []) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

/** Reads the error of an answer; an unknown body becomes `internal` with the status as text. */
export function readApiError(status: number, body: unknown): ApiError {
  const parsed = apiError.safeParse(body);
  if (!parsed.success)
    return new ApiError(status, status === 401 ? 'unauthenticated' : 'internal', `HTTP ${status}`);
  const { code, message, details } = parsed.data.error;
  return new ApiError(status, code, message, details?.fields ?? []);
}
