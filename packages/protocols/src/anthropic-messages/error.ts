// Failures in the shape of the Anthropic API (docs: API errors).
import type { Fault } from '../fault.ts';

const TYPE_BY_STATUS: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  405: 'invalid_request_error',
  413: 'request_too_large',
  415: 'invalid_request_error',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** The JSON body of a failure. */
export function renderAnthropicError(fault: Fault): string {
  return JSON.stringify({
    type: 'error',
    error: {
      type: TYPE_BY_STATUS[fault.status] ?? (fault.status >= 500 ? 'api_error' : 'invalid_request_error'),
      message: fault.message,
    },
    request_id: fault.requestId,
  });
}

/** The event that ends a stream with a failure. */
export function renderAnthropicErrorEvent(fault: Fault): string {
  return `event: error\ndata: ${renderAnthropicError(fault)}\n\n`;
}
