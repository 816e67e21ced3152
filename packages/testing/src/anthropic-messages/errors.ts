// Failures in Anthropic's shape. Source: the provider's error page and recorded error bodies.
import type { Fault, FaultKind, FaultRow } from '../fault.ts';
import type { JsonRecord } from '../json-value.ts';
import { type Frame, namedFrame } from '../wire.ts';

function row(status: number, type: string, message: string): FaultRow {
  return { status, type, code: null, message };
}

const INVALID = 'invalid_request_error';
const ROWS: Readonly<Record<FaultKind, FaultRow>> = {
  invalid: row(400, INVALID, 'messages.0: Input does not match the expected shape.'),
  'missing-field': row(400, INVALID, 'Field required'),
  'bad-json': row(400, INVALID, 'The request body is not valid JSON.'),
  auth: row(401, 'authentication_error', 'invalid x-api-key'),
  billing: row(402, 'billing_error', 'Your credit balance is too low to access the Anthropic API.'),
  permission: row(403, 'permission_error', 'Your API key does not have permission to use this resource.'),
  'not-found': row(404, 'not_found_error', 'Not found'),
  'model-not-found': row(404, 'not_found_error', 'model: not found'),
  'too-large': row(413, 'request_too_large', 'Request exceeds the maximum size'),
  'rate-limit': row(
    429,
    'rate_limit_error',
    'This request would exceed your rate limit of 50 requests per minute.',
  ),
  quota: row(429, 'rate_limit_error', 'You have reached your specified API usage limits.'),
  server: row(500, 'api_error', 'Internal server error'),
  'bad-gateway': row(502, 'api_error', 'Bad gateway'),
  unavailable: row(503, 'api_error', 'Service unavailable'),
  timeout: row(504, 'timeout_error', 'Request timed out'),
  overloaded: row(529, 'overloaded_error', 'Overloaded'),
  context: row(400, INVALID, 'prompt is too long: 250000 tokens > 200000 maximum'),
  signature: row(400, INVALID, 'messages.1.content.0: Invalid `signature` in `thinking` block'),
  capacity: row(400, INVALID, 'The service is overloaded, please try again later'),
};

export function errorStatus(fault: Fault): number {
  return fault.status ?? ROWS[fault.kind].status;
}

function messageOf(fault: Fault): string {
  const usual = fault.message ?? ROWS[fault.kind].message;
  return fault.param === undefined ? usual : `${fault.param}: ${usual}`;
}

export function errorBody(fault: Fault, requestId: string): JsonRecord {
  const error = { type: ROWS[fault.kind].type, message: messageOf(fault) };
  return { type: 'error', error, request_id: requestId };
}

export function* errorFrames(fault: Fault, turn: { requestId: string }): Iterable<Frame> {
  yield namedFrame('error', JSON.stringify(errorBody(fault, turn.requestId)), { kind: 'final' });
}
