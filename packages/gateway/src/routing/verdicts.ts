// The failure table: what a request does next, what the channel key learns, and what the client sees when nothing is left.
import type { Lesson } from '../ports.ts';

export type Reason =
  | 'invalid_request'
  | 'thinking_signature'
  | 'model_missing'
  | 'not_found'
  | 'key_rejected'
  | 'not_allowed'
  | 'quota_exhausted'
  | 'rate_limited'
  | 'upstream_failed'
  | 'overloaded'
  | 'connect'
  | 'pool_full'
  | 'reset'
  | 'reset_in_body'
  | 'timeout'
  | 'error_in_answer'
  | 'empty_answer';

export type Verdict = {
  readonly reason: Reason;
  /** How many more times the same channel key may be tried for this reason. */
  readonly retrySame: 0 | 1 | 2;
  /** Whether another key or channel may be tried; `issuer`: only the one that made the request's last thinking. */
  readonly next: boolean | 'issuer';
  /** The fault lies with the key alone: the channel's other keys come first. */
  readonly keyOnly: boolean;
  readonly lesson: Lesson;
  /**
   * Status for the client when nothing is left; `original` = the upstream's own answer, `restated` = its words as a 400;
   * 529 is 503 in OpenAI dialects.
   */
  readonly exhausted: 404 | 429 | 502 | 503 | 504 | 529 | 'original' | 'restated';
};

export const VERDICTS: Readonly<Record<Reason, Verdict>> = {
  invalid_request: {
    reason: 'invalid_request',
    retrySame: 0,
    next: false,
    keyOnly: false,
    lesson: 'nothing',
    exhausted: 'original',
  },
  thinking_signature: {
    reason: 'thinking_signature',
    retrySame: 1,
    next: 'issuer',
    keyOnly: false,
    lesson: 'nothing',
    exhausted: 'original',
  },
  model_missing: {
    reason: 'model_missing',
    retrySame: 0,
    next: true,
    keyOnly: false,
    lesson: 'model_missing',
    exhausted: 404,
  },
  /** Something that the request names, other than its model; or a path that this upstream lacks. */
  not_found: {
    reason: 'not_found',
    retrySame: 0,
    next: true,
    keyOnly: false,
    lesson: 'nothing',
    exhausted: 404,
  },
  key_rejected: {
    reason: 'key_rejected',
    retrySame: 0,
    next: true,
    keyOnly: true,
    lesson: 'key_rejected',
    exhausted: 502,
  },
  /** Refused, and not because of the credential: a filter on the way, a region, an organization. */
  not_allowed: {
    reason: 'not_allowed',
    retrySame: 0,
    next: true,
    keyOnly: true,
    lesson: 'nothing',
    exhausted: 502,
  },
  quota_exhausted: {
    reason: 'quota_exhausted',
    retrySame: 0,
    next: true,
    keyOnly: true,
    lesson: 'quota_exhausted',
    exhausted: 503,
  },
  rate_limited: {
    reason: 'rate_limited',
    retrySame: 0,
    next: true,
    keyOnly: true,
    lesson: 'rate_limited',
    exhausted: 429,
  },
  upstream_failed: {
    reason: 'upstream_failed',
    retrySame: 0,
    next: true,
    keyOnly: false,
    lesson: 'failure',
    exhausted: 502,
  },
  overloaded: {
    reason: 'overloaded',
    retrySame: 2,
    next: true,
    keyOnly: false,
    lesson: 'overloaded',
    exhausted: 529,
  },
  connect: { reason: 'connect', retrySame: 1, next: true, keyOnly: false, lesson: 'failure', exhausted: 502 },
  pool_full: {
    reason: 'pool_full',
    retrySame: 0,
    next: true,
    keyOnly: false,
    lesson: 'nothing',
    exhausted: 503,
  },
  reset: { reason: 'reset', retrySame: 1, next: true, keyOnly: false, lesson: 'failure', exhausted: 502 },
  reset_in_body: {
    reason: 'reset_in_body',
    retrySame: 0,
    next: true,
    keyOnly: false,
    lesson: 'failure',
    exhausted: 502,
  },
  timeout: { reason: 'timeout', retrySame: 0, next: true, keyOnly: false, lesson: 'failure', exhausted: 504 },
  error_in_answer: {
    reason: 'error_in_answer',
    retrySame: 0,
    next: true,
    keyOnly: false,
    lesson: 'failure',
    exhausted: 502,
  },
  empty_answer: {
    reason: 'empty_answer',
    retrySame: 0,
    next: true,
    keyOnly: false,
    lesson: 'failure',
    exhausted: 502,
  },
};

/** The request is at fault, and the upstream's status does not say so. */
export const RESTATED: Verdict = { ...VERDICTS.invalid_request, exhausted: 'restated' };
