// Promise: every row of the failure table, for what the request does, what the channel learns, what the client sees.
import { describe, expect, it } from 'vitest';
import { classify, type Reason, type Signal } from './classify.ts';

function status(code: number, text = '', type: string | null = null): Signal {
  return { kind: 'status', status: code, type, code: null, text };
}

const inAnswer = (text: string): Signal => ({ kind: 'error_first', type: null, code: null, text });

/** signal, reason, next, lesson, exhausted */
const ROWS: [string, Signal, Reason, boolean, string, number | 'original'][] = [
  ['400', status(400, 'messages: too short'), 'invalid_request', false, 'nothing', 'original'],
  [
    '400 context overflow',
    status(400, 'prompt is too long: 9 tokens > 8'),
    'invalid_request',
    false,
    'nothing',
    'original',
  ],
  [
    '400 thinking signature',
    status(400, 'messages.1.content.0: Invalid `signature` in `thinking` block'),
    'thinking_signature',
    false,
    'nothing',
    'original',
  ],
  ['400 overloaded', status(400, 'The model is at capacity'), 'overloaded', true, 'overloaded', 529],
  ['400 unknown model', status(400, 'model: x was not found'), 'model_missing', true, 'model_missing', 404],
  ['401', status(401), 'key_rejected', true, 'key_rejected', 502],
  ['402', status(402), 'quota_exhausted', true, 'quota_exhausted', 503],
  ['403', status(403), 'key_rejected', true, 'key_rejected', 502],
  [
    '403 of a model',
    { kind: 'status', status: 403, type: null, code: 'model_not_found', text: '' },
    'model_missing',
    true,
    'model_missing',
    404,
  ],
  ['404', status(404), 'model_missing', true, 'model_missing', 404],
  ['413', status(413), 'invalid_request', false, 'nothing', 'original'],
  ['422', status(422), 'invalid_request', false, 'nothing', 'original'],
  ['429', status(429), 'rate_limited', true, 'rate_limited', 429],
  [
    '429 of quota',
    status(429, 'You exceeded your current quota'),
    'quota_exhausted',
    true,
    'quota_exhausted',
    503,
  ],
  ['302', status(302), 'upstream_failed', true, 'failure', 502],
  ['500', status(500), 'upstream_failed', true, 'failure', 502],
  ['500 overloaded', status(500, '', 'overloaded_error'), 'overloaded', true, 'overloaded', 529],
  ['502', status(502), 'upstream_failed', true, 'failure', 502],
  ['503', status(503), 'upstream_failed', true, 'failure', 503],
  ['504', status(504), 'upstream_failed', true, 'failure', 502],
  ['529', status(529), 'overloaded', true, 'overloaded', 529],
  ['refused connection', { kind: 'connect' }, 'connect', true, 'failure', 502],
  ['reset', { kind: 'reset' }, 'reset', true, 'failure', 502],
  ['no first byte', { kind: 'first_byte_timeout' }, 'timeout', true, 'failure', 504],
  ['silence after the head', { kind: 'idle_timeout' }, 'timeout', true, 'failure', 504],
  ['compressed answer', { kind: 'unreadable' }, 'upstream_failed', true, 'failure', 502],
  ['200 with an error', inAnswer('boom'), 'error_in_answer', true, 'failure', 502],
  ['200 overloaded', inAnswer('Overloaded'), 'overloaded', true, 'overloaded', 529],
  ['200 with nothing', { kind: 'empty' }, 'empty_answer', true, 'failure', 502],
];

it.each(ROWS)('%s', (...row) => {
  const [, signal, reason, next, lesson, exhausted] = row;
  expect(classify(signal)).toMatchObject({ reason, next, lesson, exhausted });
});

describe('a request that is at fault itself', () => {
  it.each([400, 405, 409, 410, 413, 415, 422, 451])('%i teaches the channel nothing', (code) => {
    expect(classify(status(code)).lesson).toBe('nothing');
  });
});
