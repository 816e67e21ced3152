// A refusal as a value: one table from code to status, one place that turns its facts into a sentence.
import { unreachable } from '@api-proxy/kit/error';
import { parseUsd } from '@api-proxy/kit/money';

export const DENIAL_STATUS = {
  bad_request: 400,
  bad_encoding: 400,
  key_missing: 401,
  key_unknown: 401,
  key_disabled: 401,
  key_expired: 401,
  quota_missing: 402,
  quota_zero: 402,
  quota_used_up: 402,
  user_disabled: 403,
  model_not_allowed: 403,
  ip_not_allowed: 403,
  model_not_priced: 403,
  path_unknown: 404,
  model_unknown: 404,
  protocol_unavailable: 404,
  response_unknown: 404,
  method_not_allowed: 405,
  body_too_large: 413,
  encoding_unsupported: 415,
  limit_reached: 429,
  window_used_up: 429,
  channels_limited: 429,
  internal: 500,
  maintenance: 503,
  no_channel: 503,
  response_unreachable: 503,
  settlement_unavailable: 503,
  callers_unavailable: 503,
  draining: 503,
} as const;

export type DenialCode = keyof typeof DENIAL_STATUS;

/** A refusal: what was refused and the facts that explain it. */
export type Denial = {
  readonly denied: DenialCode;
  /** When to come back; rendered as `retry-after` (whole seconds, rounded up). */
  readonly retryAfterMs?: number;
  /** Fields of the sentence; see {@link describeDenial} for the names each code uses. */
  readonly facts?: Readonly<Record<string, string | number | null>>;
};

/** Whether a step's answer is a refusal. */
export function isDenial(value: object): value is Denial {
  return 'denied' in value;
}

/** The sentence shown to the client. Facts by code: `problem`, `model`, `response`, `method`, `allow`, `path`, `limit`, `scope`, `max`, `window`, `resetsAt`, `remaining`, `needed`, `message`. */
export function describeDenial(denial: Denial): string {
  const fact = (name: string): string => String(denial.facts?.[name] ?? '');
  const code = denial.denied;
  switch (code) {
    case 'bad_request':
    case 'bad_encoding':
    case 'body_too_large':
    case 'encoding_unsupported':
      return fact('problem');
    case 'key_missing':
      return 'No API key was sent. Send it as "Authorization: Bearer <key>" or "x-api-key: <key>".';
    case 'key_unknown':
      return 'The API key is not valid.';
    case 'key_disabled':
      return 'The API key is disabled.';
    case 'key_expired':
      return 'The API key has expired.';
    case 'quota_missing':
      return withHint('No quota has been granted to this user.', fact('message'));
    case 'quota_zero':
      return withHint('The quota of this user is zero.', fact('message'));
    case 'quota_used_up':
      return withHint(`${shortage('The quota of this user', denial)}.`, fact('message'));
    case 'user_disabled':
      return 'The user of this API key is disabled.';
    case 'model_not_allowed':
      return `This API key may not use the model '${fact('model')}'.`;
    case 'ip_not_allowed':
      return 'This API key may not be used from this address.';
    case 'model_not_priced':
      return `The model '${fact('model')}' has no price yet and can't be used.`;
    case 'path_unknown':
      return `Unknown path: ${fact('path')}`;
    case 'model_unknown':
      return `The model '${fact('model')}' does not exist.`;
    case 'protocol_unavailable':
      return `The model '${fact('model')}' can't be reached through this endpoint.`;
    case 'response_unknown':
      return `The response '${fact('response')}' does not exist.`;
    case 'response_unreachable':
      return 'The channel that made this response is not available at the moment.';
    case 'method_not_allowed':
      return `${fact('method')} is not allowed here; use ${fact('allow')}.`;
    case 'limit_reached':
      return `The ${fact('limit')} limit of this ${fact('scope')} is reached (${fact('max')}).`;
    case 'window_used_up':
      return `${shortage(`The ${fact('window')} quota of this ${fact('scope')}`, denial)}${until(fact('resetsAt'))}.`;
    case 'channels_limited':
      return 'Every channel for this model is at its limit. Try again later.';
    case 'internal':
      return 'The relay failed to handle this request.';
    case 'maintenance':
      return fact('message') || 'The service is under maintenance.';
    case 'no_channel':
      return `No channel is available for the model '${fact('model')}'.`;
    case 'settlement_unavailable':
      return 'Requests can not be booked at the moment. Try again later.';
    case 'callers_unavailable':
      return 'API keys can not be checked at the moment. Try again later.';
    case 'draining':
      return 'This server is shutting down. Try again.';
    default:
      return unreachable(code);
  }
}

/** Why a budget does not pay: nothing is left, too little for this request, or others hold what is left. */
function shortage(whose: string, { facts }: Denial): string {
  const left = parseUsd(String(facts?.remaining ?? '')) ?? 0n;
  const needed = parseUsd(String(facts?.needed ?? '')) ?? 0n;
  if (left <= 0n) return `${whose} is used up`;
  const has = `${whose} has ${facts?.remaining} USD left`;
  if (needed <= left) return `${has}, but requests under way hold it; try again when they have ended`;
  return `${has}, and this request may need up to ${facts?.needed} USD; a lower max_tokens may help`;
}

function until(resetsAt: string): string {
  return resetsAt === '' ? '' : `; it begins anew at ${resetsAt}`;
}

function withHint(sentence: string, hint: string): string {
  return hint === '' ? sentence : `${sentence} ${hint}`;
}
