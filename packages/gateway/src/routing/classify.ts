// One upstream signal gives its row of the failure table.
import {
  meansContext,
  meansInput,
  meansModel,
  meansQuotaIn429,
  namesAnother,
  type Saying,
  sayingOf,
  sentenceOf,
} from './vendor-words.ts';
import { RESTATED, VERDICTS, type Verdict } from './verdicts.ts';

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
  /** `why` is for the log. */
  | { readonly kind: 'connect'; readonly why?: string }
  /** The relay has no connection to spare. */
  | { readonly kind: 'pool_full' }
  | { readonly kind: 'reset' }
  /** Reset after the head, before anything was sent on. */
  | { readonly kind: 'reset_in_body' }
  | { readonly kind: 'first_byte_timeout' }
  | { readonly kind: 'idle_timeout' }
  | { readonly kind: 'unreadable' };

/** It teaches nothing, so words of the client's can't do harm here. */
const THINKING_SIGNATURE = /signature\b.{0,40}\bthinking|thinking\b.{0,40}\bsignature/i;

type Told = Extract<Signal, { kind: 'status' | 'error_first' }>;

/**
 * The verdict for a signal; pure. Types and codes decide, then whole sentences: see `vendor-words.ts`.
 * @param model the name that the upstream was sent; empty where none was.
 */
export function classify(signal: Signal, model: string): Verdict {
  switch (signal.kind) {
    case 'status':
      return byStatus(signal, model);
    case 'error_first':
      return ofFailure(signal, model) ?? VERDICTS.error_in_answer;
    case 'empty':
      return VERDICTS.empty_answer;
    case 'connect':
      return VERDICTS.connect;
    case 'pool_full':
      return VERDICTS.pool_full;
    case 'reset':
      return VERDICTS.reset;
    case 'reset_in_body':
      return VERDICTS.reset_in_body;
    case 'first_byte_timeout':
    case 'idle_timeout':
      return VERDICTS.timeout;
    case 'unreadable':
      return VERDICTS.upstream_failed;
  }
}

function byStatus(signal: Extract<Signal, { kind: 'status' }>, model: string): Verdict {
  const { status, text } = signal;
  switch (status) {
    case 400:
      return ofBadRequest(signal, model);
    case 401:
    case 403:
      return ofRefusal(signal, model);
    case 402:
      return VERDICTS.quota_exhausted;
    case 404:
      return ofNotFound(signal, model);
    case 405:
    case 410:
      // The path is not served here, or not any more: another upstream may.
      return VERDICTS.not_found;
    case 407:
      return VERDICTS.not_allowed;
    case 408:
      return VERDICTS.timeout;
    case 429:
      return sayingOf(signal) === 'quota' || meansQuotaIn429(text)
        ? VERDICTS.quota_exhausted
        : VERDICTS.rate_limited;
    case 529:
      return VERDICTS.overloaded;
  }
  if (status >= 400 && status < 500) return VERDICTS.invalid_request;
  const said = status >= 500 ? ofFailure(signal, model) : null;
  // 3xx: redirects are not followed, so an answer of this kind is a wrong address.
  return (
    said ?? (status === 503 ? { ...VERDICTS.upstream_failed, exhausted: 503 } : VERDICTS.upstream_failed)
  );
}

function ofBadRequest(signal: Told, model: string): Verdict {
  const saying = sayingOf(signal);
  const plain = ofWord(saying, signal, model);
  if (plain) return plain;
  if (THINKING_SIGNATURE.test(signal.text)) return VERDICTS.thinking_signature;
  const mayTeach = saying === null || saying === 'invalid_request';
  return (mayTeach ? bySentence(signal.text, model) : null) ?? VERDICTS.invalid_request;
}

/** 401 means the credential unless it says otherwise, 403 only where it says so: filters and regions answer so, too. */
function ofRefusal(signal: Extract<Signal, { kind: 'status' }>, model: string): Verdict {
  const saying = sayingOf(signal);
  switch (saying) {
    case 'credential':
      return VERDICTS.key_rejected;
    case 'model':
      return ofModel(signal, model);
    case 'place':
      return VERDICTS.not_allowed;
    case 'input':
    case 'context':
      return VERDICTS.invalid_request;
    case 'quota':
      return VERDICTS.quota_exhausted;
  }
  if (meansInput(signal.text)) return VERDICTS.invalid_request;
  return signal.status === 401 ? VERDICTS.key_rejected : VERDICTS.not_allowed;
}

function ofNotFound(signal: Told, model: string): Verdict {
  if (sayingOf(signal) === 'model') return ofModel(signal, model);
  return meansModel(signal.text, model) ? VERDICTS.model_missing : VERDICTS.not_found;
}

/** What a type or code means in a 400, a 5xx and an error in a 200 alike; null: the status decides. */
function ofWord(saying: Saying | null, signal: Told, model: string): Verdict | null {
  switch (saying) {
    case 'overloaded':
      return VERDICTS.overloaded;
    case 'quota':
      return VERDICTS.quota_exhausted;
    case 'model':
      return ofModel(signal, model);
    default:
      return null;
  }
}

/** A model is missing: this one, or one that the request names elsewhere. */
function ofModel({ text }: Told, model: string): Verdict {
  return namesAnother(text, model) ? VERDICTS.not_found : VERDICTS.model_missing;
}

/** What a 5xx, or an error in a 200, says for certain; null: it is a failure and no more. */
function ofFailure(signal: Told, model: string): Verdict | null {
  const saying = sayingOf(signal);
  const plain = ofWord(saying, signal, model);
  if (plain) return plain;
  if (saying === 'context' || saying === 'input' || meansContext(signal.text)) return RESTATED;
  return bySentence(signal.text, model) ?? (saying === 'invalid_request' ? RESTATED : null);
}

const BY_SENTENCE = {
  overloaded: VERDICTS.overloaded,
  quota: VERDICTS.quota_exhausted,
  credential: VERDICTS.key_rejected,
  model: VERDICTS.model_missing,
} as const;

function bySentence(text: string, model: string): Verdict | null {
  const said = sentenceOf(text, model);
  return said && BY_SENTENCE[said];
}
