// Failures in the shape that the OpenAI dialects share.
import type { Fault } from './fault.ts';

const TYPE_BY_STATUS: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'invalid_request_error',
  402: 'insufficient_quota',
  403: 'permission_error',
  404: 'invalid_request_error',
  405: 'invalid_request_error',
  413: 'invalid_request_error',
  415: 'invalid_request_error',
  429: 'rate_limit_error',
};

/** Codes that SDKs look at, where they differ from the relay's own. */
const CODE: Readonly<Record<string, string>> = {
  key_missing: 'invalid_api_key',
  key_unknown: 'invalid_api_key',
  key_disabled: 'invalid_api_key',
  key_expired: 'invalid_api_key',
  quota_missing: 'insufficient_quota',
  quota_zero: 'insufficient_quota',
  quota_used_up: 'insufficient_quota',
  window_used_up: 'insufficient_quota',
  model_unknown: 'model_not_found',
  limit_reached: 'rate_limit_exceeded',
};

export type OpenAiError = { message: string; type: string; param: string | null; code: string };

/** The `error` object; source: platform.openai.com/docs/guides/error-codes. */
export function openAiError(fault: Fault): OpenAiError {
  return {
    message: fault.message,
    type: TYPE_BY_STATUS[fault.status] ?? (fault.status >= 500 ? 'server_error' : 'invalid_request_error'),
    param: fault.param,
    code: CODE[fault.code] ?? fault.code,
  };
}

/** The JSON body of a failure. */
export function renderOpenAiError(fault: Fault): string {
  return JSON.stringify({ error: openAiError(fault) });
}
