// The failure table: one upstream signal gives what this request does next and what the channel key learns.
import type { Lesson } from '../ports.ts';

/** How an attempt went wrong. */
export type Signal =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly type: string | null;
      readonly code: string | null;
      readonly text: string;
    }
  /** A 2xx whose body or first event is an error. */
  | {
      readonly kind: 'error_first';
      readonly type: string | null;
      readonly code: string | null;
      readonly text: string;
    }
  | { readonly kind: 'empty' }
  | { readonly kind: 'connect' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'first_byte_timeout' }
  | { readonly kind: 'idle_timeout' }
  | { readonly kind: 'unreadable' };

export type Reason =
  | 'invalid_request'
  | 'thinking_signature'
  | 'model_missing'
  | 'key_rejected'
  | 'quota_exhausted'
  | 'rate_limited'
  | 'upstream_failed'
  | 'overloaded'
  | 'connect'
  | 'reset'
  | 'timeout'
  | 'error_in_answer'
  | 'empty_answer';

export type Verdict = {
  readonly reason: Reason;
  /** How many more times the same channel key may be tried for this reason. */
  readonly retrySame: 0 | 1 | 2;
  /** Whether another key or channel may be tried. */
  readonly next: boolean;
  /** The fault lies with the key alone: the channel's other keys come first. */
  readonly keyOnly: boolean;
  readonly lesson: Lesson;
  /** Status for the client when nothing is left; `original` = the upstream's own answer; 529 is 503 in OpenAI dialects. */
  readonly exhausted: 404 | 429 | 502 | 503 | 504 | 529 | 'original';
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
    next: false,
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
  key_rejected: {
    reason: 'key_rejected',
    retrySame: 0,
    next: true,
    keyOnly: true,
    lesson: 'key_rejected',
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
  reset: { reason: 'reset', retrySame: 1, next: true, keyOnly: false, lesson: 'failure', exhausted: 502 },
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

const OVERLOADED = /overloaded|at capacity|server is busy/i;
const MODEL_MISSING =
  /model_not_found|deploymentnotfound|does not exist or you do not have access|(unknown|unsupported|invalid) model|model\b.{0,80}\b(not found|does not exist|not exist)/i;
/** It teaches nothing, so words of the client's can't do harm here. */
const THINKING_SIGNATURE = /signature\b.{0,40}\bthinking|thinking\b.{0,40}\bsignature/i;
const QUOTA = /insufficient_quota|billing_error|credit balance is too low|exceeded your current quota/i;

/** What an error text quotes is the client's own words: they must not pass for the upstream's. */
const QUOTED = /"[^"]*"|'[^']*'|`[^`]*`|‘[^’]*’|“[^”]*”/g;

/** The verdict for a signal; pure. */
export function classify(signal: Signal): Verdict {
  switch (signal.kind) {
    case 'status':
      // A model that the credential may not use: a word of the vendor's own, so no client can bring it about otherwise.
      if (signal.status === 403 && signal.code === 'model_not_found') return VERDICTS.model_missing;
      return byStatus(signal.status, `${signal.type ?? ''} ${signal.code ?? ''} ${signal.text}`);
    case 'error_first':
      return inAnswer(`${signal.type ?? ''} ${signal.code ?? ''} ${signal.text}`);
    case 'empty':
      return VERDICTS.empty_answer;
    case 'connect':
      return VERDICTS.connect;
    case 'reset':
      return VERDICTS.reset;
    case 'first_byte_timeout':
    case 'idle_timeout':
      return VERDICTS.timeout;
    case 'unreadable':
      return VERDICTS.upstream_failed;
  }
}

function byStatus(status: number, text: string): Verdict {
  switch (status) {
    case 401:
    case 403:
      return VERDICTS.key_rejected;
    case 402:
      return VERDICTS.quota_exhausted;
    case 404:
      return VERDICTS.model_missing;
    case 408:
      return VERDICTS.timeout;
    case 429:
      return QUOTA.test(text) ? VERDICTS.quota_exhausted : VERDICTS.rate_limited;
    case 529:
      return VERDICTS.overloaded;
  }
  if (status === 400 && THINKING_SIGNATURE.test(text)) return VERDICTS.thinking_signature;
  if (status === 400) return ofBadRequest(text.replace(QUOTED, ''));
  if (status >= 400 && status < 500) return VERDICTS.invalid_request;
  if (status >= 500 && OVERLOADED.test(text)) return VERDICTS.overloaded;
  // 3xx: redirects are not followed, so an answer of this kind is a wrong address.
  return status === 503 ? { ...VERDICTS.upstream_failed, exhausted: 503 } : VERDICTS.upstream_failed;
}

function ofBadRequest(text: string): Verdict {
  if (OVERLOADED.test(text)) return VERDICTS.overloaded;
  if (QUOTA.test(text)) return VERDICTS.quota_exhausted;
  return MODEL_MISSING.test(text) ? VERDICTS.model_missing : VERDICTS.invalid_request;
}

function inAnswer(text: string): Verdict {
  if (OVERLOADED.test(text)) return VERDICTS.overloaded;
  if (QUOTA.test(text)) return VERDICTS.quota_exhausted;
  return VERDICTS.error_in_answer;
}
