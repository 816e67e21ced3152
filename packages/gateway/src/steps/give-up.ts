// The ending when every allowed attempt failed: a status of the failure table, in the caller's dialect.
import { NO_USAGE } from '@api-proxy/protocols/usage';
import type { Ending } from '../ending.ts';
import type { Exchange } from '../exchange.ts';
import { ownHeaders, pushAnswerFacts, pushClientHeaders } from '../headers.ts';
import { redact } from '../redact.ts';
import { comeBackHeaders, sendFault } from '../reply.ts';
import type { Signal } from '../routing/classify.ts';
import { meansContext, sayingOf } from '../routing/vendor-words.ts';
import type { Reason } from '../routing/verdicts.ts';
import type { Trace } from '../trace.ts';
import type { Failed } from './try-once.ts';

const SENTENCE: Readonly<Record<Reason, string>> = {
  invalid_request: 'The upstream refused the request.',
  thinking_signature: 'The upstream refused the thinking of an earlier turn.',
  model_missing: 'The model is not available upstream.',
  not_found: 'The upstream does not know what the request names.',
  key_rejected: 'The upstream refused the credential of the relay.',
  not_allowed: 'The upstream did not allow the request.',
  quota_exhausted: 'The upstream has no quota left for this model.',
  rate_limited: 'The upstream is rate limited. Try again later.',
  upstream_failed: 'The upstream failed to answer.',
  overloaded: 'The upstream is overloaded. Try again later.',
  connect: 'The upstream could not be reached.',
  pool_full: 'The relay has no connection to the upstream left. Try again later.',
  reset: 'The upstream closed the connection before it answered.',
  reset_in_body: 'The upstream closed the connection in the middle of its answer.',
  timeout: 'The upstream did not answer in time.',
  error_in_answer: 'The upstream answered with an error.',
  empty_answer: 'The upstream answered with nothing.',
};

/** Only these wait: without `retry-after` some clients retry a 429 without end. */
const DEFAULT_RETRY_AFTER_MS = 5_000;
const LONGEST_RETRY_AFTER_MS = 60_000;

/** @param dueMs how long until some candidate may be tried again, 0 when that is not known. */
export function giveUp(
  exchange: Exchange,
  trace: Trace,
  { failed, dueMs }: { failed: Failed; dueMs: number },
): Ending {
  const { verdict, signal } = failed;
  const secret = trace.candidate?.key.secret.reveal() ?? '';
  const errorText = redact(textOf(signal), secret);
  const ending = { errorCode: verdict.reason, errorText, usage: NO_USAGE, firstByteMs: null };
  const { requestId } = exchange;
  if (verdict.exhausted === 'original' && failed.original) {
    const { status } = failed.original;
    return {
      ...ending,
      status,
      outcome: 'client_error',
      finish: () => sendOriginal(exchange, failed, secret),
    };
  }
  if (verdict.exhausted === 'restated') {
    const fault = { status: 400, code: codeOf(failed), message: errorText, param: null, requestId };
    const headers = aboutAnswer(failed);
    return {
      ...ending,
      status: 400,
      outcome: 'client_error',
      finish: () => sendFault(exchange, fault, headers),
    };
  }
  const status = statusFor(exchange, verdict.exhausted);
  const wait =
    status === 429 || status === 503 || status === 529
      ? dueMs > 0
        ? dueMs
        : (failed.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS)
      : null;
  const fault = {
    status,
    code: verdict.reason,
    message: SENTENCE[verdict.reason],
    param: null,
    requestId,
  };
  const waitMs = wait === null ? null : Math.min(wait, LONGEST_RETRY_AFTER_MS);
  const headers = [...comeBackHeaders(exchange, status, waitMs), ...aboutAnswer(failed)];
  return { ...ending, status, outcome: 'upstream_error', finish: () => sendFault(exchange, fault, headers) };
}

function aboutAnswer({ headers }: Failed): string[] {
  const flat: string[] = [];
  if (headers) pushAnswerFacts(flat, headers);
  return flat;
}

/** Clients look for this one: they shorten the conversation and come again. */
function codeOf({ signal, verdict }: Failed): string {
  const overflows = 'text' in signal && (sayingOf(signal) === 'context' || meansContext(signal.text));
  return overflows ? 'context_length_exceeded' : verdict.reason;
}

/** 529 exists in Anthropic's API only. */
function statusFor(exchange: Exchange, exhausted: Failed['verdict']['exhausted']): number {
  if (exhausted === 'original' || exhausted === 'restated') return 502;
  const anthropic = exchange.endpoint.dialect.protocol === 'anthropic-messages';
  return exhausted === 529 && !anthropic ? 503 : exhausted;
}

function textOf(signal: Signal): string {
  switch (signal.kind) {
    case 'status':
    case 'error_first':
      return signal.text;
    case 'connect':
      return signal.why ?? signal.kind;
    default:
      return signal.kind;
  }
}

/** The upstream's own answer to a request that is at fault itself, its bytes unchanged unless they show a credential. */
function sendOriginal(exchange: Exchange, failed: Failed, secret: string): void {
  const { res } = exchange;
  const { original } = failed;
  if (exchange.streaming) {
    const { reason } = failed.verdict;
    const message = redact(textOf(failed.signal), secret) || SENTENCE[reason];
    const { requestId } = exchange;
    sendFault(
      exchange,
      { status: original?.status ?? 502, code: reason, message, param: null, requestId },
      [],
    );
    return;
  }
  if (!original || res.headersSent || res.destroyed) return;
  const shown = secret !== '' && original.body.includes(secret);
  const body = shown ? Buffer.from(redact(original.body.toString(), secret)) : original.body;
  const headers = [...ownHeaders(exchange), 'content-length', String(body.length)];
  headers.push(...exchange.accountHeaders);
  pushClientHeaders(headers, original.headers);
  res.writeHead(original.status, headers);
  res.end(body);
}
