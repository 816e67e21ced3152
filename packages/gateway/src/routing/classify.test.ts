// Promise: every row of the failure table, for what the request does, what the channel learns, what the client sees.
import { describe, expect, it } from 'vitest';
import { classify, type Signal } from './classify.ts';

type Says = { type?: string; code?: string };

function status(code: number, text = '', says: Says = {}): Signal {
  return { kind: 'status', status: code, type: says.type ?? null, code: says.code ?? null, text };
}

const inAnswer = (text: string, says: Says = {}): Signal => ({
  ...{ kind: 'error_first', type: says.type ?? null, code: says.code ?? null },
  text,
});

const INVALID = { type: 'invalid_request_error' };

/** What becomes of a reason: next, lesson, exhausted. */
const FATE = {
  invalid_request: [false, 'nothing', 'original'],
  restated: [false, 'nothing', 'restated'],
  thinking_signature: ['issuer', 'nothing', 'original'],
  model_missing: [true, 'model_missing', 404],
  not_found: [true, 'nothing', 404],
  key_rejected: [true, 'key_rejected', 502],
  not_allowed: [true, 'nothing', 502],
  quota_exhausted: [true, 'quota_exhausted', 503],
  rate_limited: [true, 'rate_limited', 429],
  upstream_failed: [true, 'failure', 502],
  upstream_unavailable: [true, 'failure', 503],
  overloaded: [true, 'overloaded', 529],
  connect: [true, 'failure', 502],
  pool_full: [true, 'nothing', 503],
  reset: [true, 'failure', 502],
  reset_in_body: [true, 'failure', 502],
  timeout: [true, 'failure', 504],
  error_in_answer: [true, 'failure', 502],
  empty_answer: [true, 'failure', 502],
} satisfies Record<string, readonly [boolean | string, string, number | string]>;

const ROWS: [string, Signal, keyof typeof FATE][] = [
  ['400', status(400, 'messages: too short'), 'invalid_request'],
  ['400 context overflow', status(400, 'prompt is too long: 9 tokens > 8', INVALID), 'invalid_request'],
  [
    '400 thinking signature',
    status(400, 'messages.1.content.0: Invalid `signature` in `thinking` block', INVALID),
    'thinking_signature',
  ],
  ['400 at capacity', status(400, 'The model is at capacity'), 'overloaded'],
  [
    '400 at capacity, called an invalid request',
    status(400, 'Selected model is at capacity. Please try a different model.', INVALID),
    'overloaded',
  ],
  ['400 Overloaded', status(400, 'Overloaded', INVALID), 'overloaded'],
  [
    '400 that mentions it',
    status(400, 'overloaded: Extra inputs are not permitted', INVALID),
    'invalid_request',
  ],
  ['400 unknown model', status(400, 'model: x was not found'), 'model_missing'],
  ['400 unknown model by code', status(400, 'No such thing.', { code: 'model_not_found' }), 'model_missing'],
  ['400 model not exist', status(400, 'Model Not Exist', INVALID), 'model_missing'],
  ['400 of another model', status(400, "model 'y' not found", INVALID), 'invalid_request'],
  [
    '400 of a credit balance',
    status(
      400,
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
      INVALID,
    ),
    'quota_exhausted',
  ],
  [
    '400 of a usage limit',
    status(
      400,
      'You have reached your specified API usage limits. You will regain access on 2026-01-01 at 00:00 UTC.',
      INVALID,
    ),
    'quota_exhausted',
  ],
  ['400 of a disabled account', status(400, 'This organization has been disabled.', INVALID), 'key_rejected'],
  ['401', status(401), 'key_rejected'],
  ['401 of an organization', status(401, '', { ...INVALID, code: 'mismatched_organization' }), 'not_allowed'],
  ['401 of moderation', status(401, '', { code: 'content_policy_violation' }), 'invalid_request'],
  ['402', status(402), 'quota_exhausted'],
  ['403 of the credential', status(403, '', { type: 'permission_error' }), 'key_rejected'],
  ['403 that names nothing', status(403), 'not_allowed'],
  ['403 of a region', status(403, '', { code: 'unsupported_country_region_territory' }), 'not_allowed'],
  ['403 of moderation', status(403, 'Your input was flagged for "x"', { code: '403' }), 'invalid_request'],
  ['403 of a model', status(403, '', { code: 'model_not_found' }), 'model_missing'],
  ['404 that names nothing', status(404), 'not_found'],
  [
    '404 of the model by code',
    status(404, 'The model `x` does not exist', { code: 'model_not_found' }),
    'model_missing',
  ],
  ['404 of the model by text', status(404, 'model: x', { type: 'not_found_error' }), 'model_missing'],
  ['404 of a longer name', status(404, 'model: x-large', { type: 'not_found_error' }), 'not_found'],
  ['404 of a deployment', status(404, '', { code: 'DeploymentNotFound' }), 'model_missing'],
  [
    '404 of a model for a tool',
    status(404, 'The model `y` does not exist', { code: 'model_not_found' }),
    'not_found',
  ],
  ['404 of a conversation', status(404, 'Conversation with id x not found', INVALID), 'not_found'],
  ['413', status(413), 'invalid_request'],
  ['422', status(422), 'invalid_request'],
  ['429', status(429), 'rate_limited'],
  ['429 of quota', status(429, 'You exceeded your current quota'), 'quota_exhausted'],
  ['429 of quota by code', status(429, '', { code: 'insufficient_quota' }), 'quota_exhausted'],
  ['302', status(302), 'upstream_failed'],
  ['500', status(500), 'upstream_failed'],
  ['500 overloaded', status(500, '', { type: 'overloaded_error' }), 'overloaded'],
  ['502', status(502), 'upstream_failed'],
  ['502 context overflow', status(502, 'prompt is too long: 9 tokens > 8'), 'restated'],
  ['500 context overflow by code', status(500, '', { code: 'context_length_exceeded' }), 'restated'],
  [
    '500 maximum context length',
    status(500, "This model's maximum context length is 8 tokens. However, you requested 9."),
    'restated',
  ],
  ['500 invalid request', status(500, 'messages: too short', INVALID), 'restated'],
  ['503', status(503), 'upstream_unavailable'],
  [
    '503 overloaded',
    status(503, 'The engine is currently overloaded, please try again later.'),
    'overloaded',
  ],
  ['504', status(504), 'upstream_failed'],
  ['529', status(529), 'overloaded'],
  ['refused connection', { kind: 'connect' }, 'connect'],
  ['no connection left', { kind: 'pool_full' }, 'pool_full'],
  ['reset', { kind: 'reset' }, 'reset'],
  ['reset in a body', { kind: 'reset_in_body' }, 'reset_in_body'],
  ['no first byte', { kind: 'first_byte_timeout' }, 'timeout'],
  ['silence after the head', { kind: 'idle_timeout' }, 'timeout'],
  ['compressed answer', { kind: 'unreadable' }, 'upstream_failed'],
  ['200 with an error', inAnswer('boom'), 'error_in_answer'],
  ['200 overloaded', inAnswer('Overloaded'), 'overloaded'],
  ['200 with an invalid request', inAnswer('messages: too short', INVALID), 'restated'],
  ['200 with a context overflow', inAnswer('', { code: 'context_length_exceeded' }), 'restated'],
  ['200 with nothing', { kind: 'empty' }, 'empty_answer'],
];

it.each(ROWS)('%s: %o is %s', (_name, signal, fate) => {
  const [next, lesson, exhausted] = FATE[fate];
  const reason =
    { restated: 'invalid_request', upstream_unavailable: 'upstream_failed' }[String(fate)] ?? fate;
  expect(classify(signal, 'x')).toMatchObject({ reason, next, lesson, exhausted });
});

describe('a request that is at fault itself', () => {
  it.each([400, 405, 409, 410, 413, 415, 422, 451])('%i teaches the channel nothing', (code) => {
    expect(classify(status(code), 'x').lesson).toBe('nothing');
  });
});
