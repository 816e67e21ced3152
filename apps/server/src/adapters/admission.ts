// Admission over the limit store: which windows and slots a call needs, and what a refusal means.
import type { Denial } from '@api-proxy/gateway/denial';
import type { Counted } from '@api-proxy/gateway/limit-header';
import type { Admission, AdmissionRequest, Caller, Pass } from '@api-proxy/gateway/ports';
import type { Clock } from '@api-proxy/kit/clock';
import type {
  LimitStore,
  LimitVerdict,
  SlotTake,
  WindowState,
  WindowTake,
} from '@api-proxy/stores/limits/port';
import { limitHeaders } from './limit-headers.ts';

type Meaning = {
  /** What its window counts; absent for places. */
  counted?: Counted;
  limit: 'requests per minute' | 'count_tokens per minute' | 'tokens per minute' | 'parallel requests';
  scope: 'user' | 'key';
};

/** What the limits of a caller ask of the store, worked out once for each reading of the caller. */
type Needs = {
  /** Windows that count requests. */
  readonly requests: readonly WindowTake[];
  /** Windows of their own for `count_tokens`, as large: editors send dozens of those at once. */
  readonly counts: readonly WindowTake[];
  /** Windows that count tokens; the amount is put in for each request. */
  readonly tokens: readonly Omit<WindowTake, 'amount'>[];
  readonly slots: readonly SlotTake[];
  readonly meanings: ReadonlyMap<string, Meaning>;
};

const NOTHING_TAKEN: Pass = { release: () => undefined };
const NO_TOKENS: Needs['tokens'] = [];
const NO_SLOTS: Needs['slots'] = [];

/**
 * Takes RPM, TPM and parallel places of the key and of its user together, or none of them. Counting tokens uses none and
 * is over in a moment: it has windows of its own and takes no place.
 */
export function limitAdmission({ limits, clock }: { limits: LimitStore; clock: Clock }): Admission {
  const known = new WeakMap<Caller, Needs>();
  const needsOf = (caller: Caller): Needs => {
    const before = known.get(caller);
    if (before) return before;
    const needs = workOut(caller);
    known.set(caller, needs);
    return needs;
  };
  return {
    take: (request) => {
      const needs = needsOf(request.caller);
      const { requestId: holder, nowMs, estimatedTokens } = request;
      const counting = request.operation === 'count_tokens';
      const requests = counting ? needs.counts : needs.requests;
      const tokens = counting || estimatedTokens === 0 ? NO_TOKENS : needs.tokens;
      const slots = counting ? NO_SLOTS : needs.slots;
      if (requests.length === 0 && tokens.length === 0 && slots.length === 0) return NOTHING_TAKEN;
      const windows = [...requests, ...tokens.map((window) => ({ ...window, amount: estimatedTokens }))];
      const verdict = limits.takeAll({ holder, windows, slots, nowMs });
      const { meanings } = needs;
      const answer = (given: LimitVerdict): Pass | Denial =>
        given.ok
          ? passOf({ request, meanings, requests, tokens, slots, limits, clock, windows: given.windows })
          : denialOf(given, meanings);
      return verdict instanceof Promise ? verdict.then(answer) : answer(verdict);
    },
  };
}

function workOut({ user, key }: Caller): Needs {
  // All keys of one request name the same owner in braces: a Redis cluster keeps them in one slot.
  const owner = `{${user.id}}`;
  const scopes = [
    { scope: 'user', id: owner, limits: user.limits },
    { scope: 'key', id: `${owner}:${key.id}`, limits: key.limits },
  ] as const;
  const requests: WindowTake[] = [];
  const counts: WindowTake[] = [];
  const tokens: Omit<WindowTake, 'amount'>[] = [];
  const slots: SlotTake[] = [];
  const meanings = new Map<string, Meaning>();
  for (const { scope, id, limits } of scopes) {
    if (limits === null) continue;
    const { rpm, tpm, concurrency } = limits;
    if (rpm !== null) {
      requests.push({ key: `rpm:${id}`, max: rpm, amount: 1 });
      meanings.set(`rpm:${id}`, { counted: 'requests', limit: 'requests per minute', scope });
      counts.push({ key: `count:${id}`, max: rpm, amount: 1 });
      meanings.set(`count:${id}`, { counted: 'requests', limit: 'count_tokens per minute', scope });
    }
    if (tpm !== null) {
      tokens.push({ key: `tpm:${id}`, max: tpm });
      meanings.set(`tpm:${id}`, { counted: 'tokens', limit: 'tokens per minute', scope });
    }
    if (concurrency !== null) {
      slots.push({ key: `slots:${id}`, max: concurrency });
      meanings.set(`slots:${id}`, { limit: 'parallel requests', scope });
    }
  }
  return { requests, counts, tokens, slots, meanings };
}

type Taken = {
  request: AdmissionRequest;
  meanings: Needs['meanings'];
  requests: readonly WindowTake[];
  slots: readonly SlotTake[];
  tokens: Needs['tokens'];
  limits: LimitStore;
  clock: Clock;
  windows: readonly WindowState[];
};

function passOf({ request, meanings, requests, tokens, slots, limits, clock, windows }: Taken): Pass {
  const takenAtMs = request.nowMs;
  return {
    headers: limitHeaders(windows, (key) => meanings.get(key)?.counted),
    release: (actualTokens) => {
      const delta = (actualTokens ?? 0) - request.estimatedTokens;
      const corrections = tokens.map(({ key }) => ({ key, delta, takenAtMs }));
      if (actualTokens === null)
        for (const { key, amount } of requests) corrections.push({ key, delta: -amount, takenAtMs });
      limits.release({
        holder: request.requestId,
        slots: slots.map(({ key }) => key),
        windows: corrections,
        nowMs: clock.nowMs(),
      });
    },
  };
}

function denialOf(verdict: Extract<LimitVerdict, { ok: false }>, meanings: Needs['meanings']): Denial {
  const meaning = meanings.get(verdict.key);
  return {
    denied: 'limit_reached',
    retryAfterMs: verdict.retryAfterMs,
    facts: { limit: meaning?.limit ?? '', scope: meaning?.scope ?? '', max: verdict.max },
  };
}
