// Failures in OpenAI's shape, the same for Chat, Responses and Embeddings. Source: recorded error bodies.
import type { Fault, FaultKind, FaultRow } from '../fault.ts';
import type { JsonRecord } from '../json-value.ts';

type Cell = readonly [status: number, type: string, code: string | null];

function row([status, type, code]: Cell, message: string): FaultRow {
  return { status, type, code, message };
}

const INVALID = 'invalid_request_error';
const ROWS: Readonly<Record<FaultKind, FaultRow>> = {
  invalid: row([400, INVALID, null], 'Invalid request.'),
  'missing-field': row([400, INVALID, 'missing_required_parameter'], 'Missing required parameter.'),
  'bad-json': row([400, INVALID, null], 'We could not parse the JSON body of your request.'),
  auth: row([401, INVALID, 'invalid_api_key'], 'Incorrect API key provided: fake-***.'),
  billing: row([402, 'billing_error', 'billing_hard_limit_reached'], 'Billing hard limit has been reached.'),
  permission: row(
    [403, INVALID, 'unsupported_country_region_territory'],
    'Country, region, or territory not supported',
  ),
  'not-found': row([404, INVALID, null], 'Not found.'),
  'model-not-found': row(
    [404, INVALID, 'model_not_found'],
    'The model does not exist or you do not have access to it.',
  ),
  'too-large': row([413, INVALID, 'request_too_large'], 'Request body is too large.'),
  'rate-limit': row(
    [429, 'requests', 'rate_limit_exceeded'],
    'Rate limit reached on requests per min (RPM): Limit 3.',
  ),
  quota: row(
    [429, 'insufficient_quota', 'insufficient_quota'],
    'You exceeded your current quota, please check your plan and billing details.',
  ),
  server: row([500, 'server_error', null], 'The server had an error while processing your request.'),
  'bad-gateway': row([502, 'server_error', null], 'Bad gateway.'),
  unavailable: row(
    [503, 'server_error', 'service_unavailable'],
    'The engine is currently overloaded, please try again later.',
  ),
  timeout: row([504, 'server_error', 'timeout'], 'The request timed out.'),
  overloaded: row(
    [503, 'server_error', 'server_is_overloaded'],
    'Our servers are currently overloaded. Please try again later.',
  ),
  context: row(
    [400, INVALID, 'context_length_exceeded'],
    'Your input exceeds the context window of this model.',
  ),
  signature: row([400, INVALID, 'invalid_encrypted_content'], 'The encrypted content could not be verified.'),
  capacity: row([400, INVALID, null], 'Selected model is at capacity. Please try a different model.'),
};

export function errorStatus(fault: Fault): number {
  return fault.status ?? ROWS[fault.kind].status;
}

export function errorFields(fault: Fault): JsonRecord {
  const { type, code, message } = ROWS[fault.kind];
  const named = fault.kind === 'missing-field' ? `Missing required parameter: '${fault.param}'.` : message;
  return { message: fault.message ?? named, type, param: fault.param ?? null, code };
}

export function errorBody(fault: Fault): JsonRecord {
  return { error: errorFields(fault) };
}
