// Admission over the limit store: which windows and slots a call needs, and what a refusal means.
import type { Denial } from '@api-proxy/gateway/denial';
import type { Admission, AdmissionRequest, Limits, Pass } from '@api-proxy/gateway/ports';
import type { Clock } from '@api-proxy/kit/clock';
import type { LimitStore, LimitVerdict, SlotTake, WindowTake } from '@api-proxy/stores/limits/port';

type Meaning = {
  limit: 'requests per minute' | 'tokens per minute' | 'parallel requests';
  scope: 'user' | 'key';
};

type Needs = {
  windows: WindowTake[];
  slots: SlotTake[];
  /** Windows whose amount was an estimate. */
  tokenKeys: string[];
  meanings: Map<string, Meaning>;
};

const NOTHING_TAKEN: Pass = { release: () => undefined };

/** Takes RPM, TPM and parallel places of the key and of its user together, or none of them. */
export function limitAdmission({ limits, clock }: { limits: LimitStore; clock: Clock }): Admission {
  return {
    take: (request) => {
      const needs = needsOf(request);
      if (needs.windows.length === 0 && needs.slots.length === 0) return NOTHING_TAKEN;
      const { requestId: holder, nowMs } = request;
      const verdict = limits.takeAll({ holder, windows: needs.windows, slots: needs.slots, nowMs });
      const answer = (given: LimitVerdict): Pass | Denial =>
        given.ok ? passOf({ request, needs, limits, clock }) : denialOf(given, needs.meanings);
      return verdict instanceof Promise ? verdict.then(answer) : answer(verdict);
    },
  };
}

function needsOf({ caller, operation, estimatedTokens }: AdmissionRequest): Needs {
  const needs: Needs = { windows: [], slots: [], tokenKeys: [], meanings: new Map() };
  // Counting tokens uses none.
  const tokens = operation === 'count_tokens' ? 0 : estimatedTokens;
  // All keys of one request name the same owner in braces: a Redis cluster keeps them in one slot.
  const owner = `{${caller.user.id}}`;
  addScope(needs, { scope: 'user', id: owner, limits: caller.user.limits, tokens });
  addScope(needs, { scope: 'key', id: `${owner}:${caller.key.id}`, limits: caller.key.limits, tokens });
  return needs;
}

function addScope(
  needs: Needs,
  { scope, id, limits, tokens }: { scope: 'user' | 'key'; id: string; limits: Limits | null; tokens: number },
): void {
  if (limits === null) return;
  if (limits.rpm !== null) {
    const key = `rpm:${id}`;
    needs.windows.push({ key, max: limits.rpm, amount: 1 });
    needs.meanings.set(key, { limit: 'requests per minute', scope });
  }
  if (limits.tpm !== null && tokens > 0) {
    const key = `tpm:${id}`;
    needs.windows.push({ key, max: limits.tpm, amount: tokens });
    needs.tokenKeys.push(key);
    needs.meanings.set(key, { limit: 'tokens per minute', scope });
  }
  if (limits.concurrency !== null) {
    const key = `slots:${id}`;
    needs.slots.push({ key, max: limits.concurrency });
    needs.meanings.set(key, { limit: 'parallel requests', scope });
  }
}

type Taken = { request: AdmissionRequest; needs: Needs; limits: LimitStore; clock: Clock };

function passOf({ request, needs, limits, clock }: Taken): Pass {
  return {
    release: (actualTokens) => {
      const delta = actualTokens - request.estimatedTokens;
      limits.release({
        holder: request.requestId,
        slots: needs.slots.map(({ key }) => key),
        windows: needs.tokenKeys.map((key) => ({ key, delta, takenAtMs: request.nowMs })),
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
