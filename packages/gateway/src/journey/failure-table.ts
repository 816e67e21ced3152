// The failure table as answers of upstreams: for each row what may bring it about, and what has to come of it.
import type { Lesson } from '../ports.ts';
import type { RawAnswer } from './raw-upstream.ts';

export type Family = 'openai' | 'claude';
export const FAMILIES: readonly Family[] = ['openai', 'claude'];
export const MODEL = 'some-model';

/** How the signal comes about: an answer, or an address where none can be had. */
export type Shape = RawAnswer | 'nobody listens' | 'no such name' | 'no TLS';

export type Row = {
  readonly row: string;
  readonly shapes: Readonly<Record<string, Shape>>;
  readonly reason: string;
  /** How many more times the same channel is asked. */
  readonly again?: number | Readonly<Record<Family, number>>;
  readonly next: boolean;
  readonly lesson: Lesson;
  /** `original`: the upstream's own answer. */
  readonly seen: 'original' | number | Readonly<Record<Family, number>>;
};

const INVALID = 'invalid_request_error';
const STREAM = { 'content-type': 'text/event-stream' };

export function error(
  status: number,
  message: string,
  says: { type?: string; code?: string; wait?: string } = {},
): RawAnswer {
  const { type = null, code = null, wait } = says;
  const body = { type: 'error', error: { type, code, message } };
  return { status, body, ...(wait === undefined ? {} : { headers: { 'retry-after': wait } }) };
}

export const TABLE: readonly Row[] = [
  {
    row: '400/413/422 invalid request, context overflow',
    shapes: {
      '400': error(400, 'messages: too short', { type: INVALID }),
      "400 with a client's words": error(400, 'billing_error: Extra inputs are not permitted', {
        type: INVALID,
      }),
      '400 without quotes': error(400, 'Unrecognized request argument supplied: overloaded', {
        type: INVALID,
      }),
      '413': error(413, 'Request exceeds the maximum size', { type: 'request_too_large' }),
      '422': error(422, 'Field required'),
      overflow: error(400, 'prompt is too long: 9 tokens > 8 maximum', { type: INVALID }),
      'moderation as 403': error(403, 'Your input was flagged for "x".', { code: '403' }),
      'moderation as 401': error(401, 'Refused.', { code: 'content_policy_violation' }),
    },
    ...{ reason: 'invalid_request', next: false, lesson: 'nothing', seen: 'original' },
  },
  {
    row: 'an invalid request, context overflow, sent as 5xx or in a 200',
    shapes: {
      'overflow as 502': error(502, 'prompt is too long: 9 tokens > 8 maximum'),
      'overflow as 500, by its code': error(500, 'Too much.', { code: 'context_length_exceeded' }),
      'maximum context length as 500': error(500, "This model's maximum context length is 8 tokens."),
      'invalid request as 500': error(500, 'messages: too short', { type: INVALID }),
      'invalid request in a 200': error(200, 'messages: too short', { type: INVALID }),
    },
    ...{ reason: 'invalid_request', next: false, lesson: 'nothing', seen: 400 },
  },
  {
    row: '400 thinking signature',
    shapes: {
      '400': error(400, 'messages.1.content.0: Invalid `signature` in `thinking` block', { type: INVALID }),
    },
    // Chat has no thinking that could be taken out. Nobody is known to have made this one, so nobody else is asked; what
    // happens where its maker is known is in thinking-issuer.test.ts.
    ...{ reason: 'thinking_signature', again: { openai: 0, claude: 1 } },
    ...{ next: false, lesson: 'nothing', seen: 'original' },
  },
  {
    row: '404 / 400 model not found',
    shapes: {
      '404 by type and text': error(404, `model: ${MODEL}`, { type: 'not_found_error' }),
      '404 by code': error(404, `The model \`${MODEL}\` does not exist.`, {
        type: INVALID,
        code: 'model_not_found',
      }),
      '404 of a deployment': error(404, 'No such deployment.', { code: 'DeploymentNotFound' }),
      '400 by code': error(400, 'Unknown.', { type: INVALID, code: 'model_not_found' }),
      '400 by text': error(400, 'Model Not Exist', { type: INVALID }),
      '403 by code': error(403, `No access to model \`${MODEL}\``, {
        type: INVALID,
        code: 'model_not_found',
      }),
    },
    ...{ reason: 'model_missing', next: true, lesson: 'model_missing', seen: 404 },
  },
  {
    row: '404 of something else',
    shapes: {
      conversation: error(404, `Conversation with id ${MODEL} not found`, { type: INVALID }),
      'a model for a tool': error(404, 'The model `painter` does not exist.', { code: 'model_not_found' }),
      'a path': { status: 404, body: '<html>Not found</html>', headers: { 'content-type': 'text/html' } },
      'a path by 405': error(405, 'Method Not Allowed'),
      'a path by 410': error(410, 'Gone'),
    },
    ...{ reason: 'not_found', next: true, lesson: 'nothing', seen: 404 },
  },
  {
    row: '401/403 key rejected',
    shapes: {
      '401': error(401, 'invalid x-api-key', { type: 'authentication_error' }),
      '401 that names no type': error(401, 'Unauthorized'),
      '403': error(403, 'Your API key does not have permission.', { type: 'permission_error' }),
    },
    ...{ reason: 'key_rejected', next: true, lesson: 'key_rejected', seen: 502 },
  },
  {
    row: '401/403 of something else',
    shapes: {
      organization: error(401, 'No such organization.', { type: INVALID, code: 'mismatched_organization' }),
      region: error(403, 'Not supported.', { type: INVALID, code: 'unsupported_country_region_territory' }),
      'a proxy on the way': { status: 407, body: 'Who are you?' },
      'a filter on the way': {
        status: 403,
        body: '<html>blocked</html>',
        headers: { 'content-type': 'text/html' },
      },
    },
    ...{ reason: 'not_allowed', next: true, lesson: 'nothing', seen: 502 },
  },
  {
    row: '402 / upstream quota',
    shapes: {
      '402': error(402, 'Insufficient Balance'),
      '429 by code': error(429, 'No more.', { type: 'insufficient_quota', code: 'insufficient_quota' }),
      '400 by text': error(
        400,
        'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
        { type: INVALID },
      ),
    },
    ...{ reason: 'quota_exhausted', next: true, lesson: 'quota_exhausted', seen: 503 },
  },
  {
    row: '429',
    shapes: {
      'with a time': error(429, 'Slow down.', { type: 'rate_limit_error', wait: '7' }),
      'without a time': error(429, 'Slow down.', { type: 'rate_limit_error' }),
    },
    ...{ reason: 'rate_limited', next: true, lesson: 'rate_limited', seen: 429 },
  },
  {
    row: '500/502/504',
    shapes: {
      '500': error(500, 'Internal server error', { type: 'api_error' }),
      '502': { status: 502, body: '<html>Bad gateway</html>', headers: { 'content-type': 'text/html' } },
      '504': error(504, 'Request timed out', { type: 'timeout_error' }),
    },
    ...{ reason: 'upstream_failed', next: true, lesson: 'failure', seen: 502 },
  },
  {
    row: '503',
    shapes: { '503': error(503, 'Service unavailable', { type: 'api_error' }) },
    ...{ reason: 'upstream_failed', next: true, lesson: 'failure', seen: 503 },
  },
  {
    row: '529, `overloaded_error`, “at capacity” in a 200 or 400',
    shapes: {
      '529': error(529, 'Overloaded', { type: 'overloaded_error' }),
      '503 by code': error(503, 'Try later.', { code: 'server_is_overloaded' }),
      '400 by text': error(400, 'Selected model is at capacity. Please try a different model.', {
        type: INVALID,
      }),
      '200 by text': error(200, 'The model is at capacity'),
      '200 by type': error(200, 'Later.', { type: 'overloaded_error' }),
    },
    ...{
      reason: 'overloaded',
      again: 2,
      next: true,
      lesson: 'overloaded',
      seen: { openai: 503, claude: 529 },
    },
  },
  {
    row: 'connect, TLS, DNS before a byte',
    shapes: { connect: 'nobody listens', DNS: 'no such name' },
    ...{ reason: 'connect', again: 1, next: true, lesson: 'failure', seen: 502 },
  },
  {
    row: 'reset before a byte',
    shapes: { reset: 'reset', 'closed without a word': 'close', TLS: 'no TLS' },
    ...{ reason: 'reset', again: 1, next: true, lesson: 'failure', seen: 502 },
  },
  {
    row: 'no first byte in time',
    shapes: { silence: 'silence' },
    ...{ reason: 'timeout', next: true, lesson: 'failure', seen: 504 },
  },
  {
    row: '200 with an error body first',
    shapes: { 'an error': error(200, 'boom', { type: 'api_error' }) },
    ...{ reason: 'error_in_answer', next: true, lesson: 'failure', seen: 502 },
  },
  {
    row: '200 with an empty answer',
    shapes: {
      nothing: { status: 200, body: '' },
      'an object with nothing in it': { status: 200, body: ' {} ' },
      'the end of a stream': { status: 200, body: 'data: [DONE]\n\n', headers: STREAM },
      'a comment and the end': { status: 200, body: ': hello\n\ndata: [DONE]\n\n', headers: STREAM },
    },
    ...{ reason: 'empty_answer', next: true, lesson: 'failure', seen: 502 },
  },
  {
    row: "200 with a site's page",
    shapes: {
      page: {
        status: 200,
        body: '<html>Welcome</html>',
        headers: { 'content-type': 'text/html; charset=utf-8' },
      },
    },
    ...{ reason: 'upstream_failed', next: true, lesson: 'failure', seen: 502 },
  },
];
