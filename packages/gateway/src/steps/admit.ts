// Step: may this caller make this call now. Cheap rules first, then all counted limits at once.
import type { AddressRules } from '../address-rules.ts';
import { allowedOutput, type Call } from '../call.ts';
import { type Denial, isDenial } from '../denial.ts';
import type { Exchange } from '../exchange.ts';
import { estimateInputTokens } from '../metering/estimate.ts';
import { type Admission, type Caller, type Maybe, PARALLEL_LIMIT, type Pass } from '../ports.ts';
import type { WaitingRoom } from '../routing/waiting-room.ts';
import { patienceOf } from '../snapshot.ts';

export type AdmitInput = { readonly exchange: Exchange; readonly caller: Caller; readonly call: Call };

export type AdmitDeps = {
  readonly admission: Admission;
  readonly addresses: AddressRules;
  readonly placeQueue: WaitingRoom;
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
};

/** @returns a place inside every limit, or 403 / 404 / 429 / 503 with nothing taken; null when the client left. */
export function admit(input: AdmitInput, deps: AdmitDeps): Maybe<Pass | Denial | null> {
  const refused = refusal(input, deps);
  if (refused) return refused;
  const taken = take(input, deps, input.exchange.startedAtMs);
  const next = (answer: Pass | Denial) => (isParallel(answer) ? waitForPlace(input, deps, answer) : answer);
  return taken instanceof Promise ? taken.then(next) : next(taken);
}

/** The rules that need no counting. */
export function refusal(input: AdmitInput, deps: Pick<AdmitDeps, 'addresses'>): Denial | null {
  const { exchange, caller, call } = input;
  if (caller.user.status !== 'active') return { denied: 'user_disabled' };
  if (!deps.addresses.allow(caller.key.allowedIps, exchange.clientIp)) return { denied: 'ip_not_allowed' };
  const { maintenance } = exchange.snapshot.settings;
  if (maintenance.on && caller.user.role === 'user') {
    return { denied: 'maintenance', facts: { message: maintenance.message } };
  }
  // Nothing says which model made a stored response; that it is the caller's own is checked by its binding.
  if (exchange.endpoint.operation === 'stored_response') return null;
  const { allowedModels } = caller.key;
  if (allowedModels.length > 0 && !allowedModels.includes(call.model)) {
    return { denied: 'model_not_allowed', facts: { model: call.model } };
  }
  if (exchange.snapshot.models.get(call.model)?.enabled === false) {
    return { denied: 'model_unknown', facts: { model: call.model } };
  }
  return null;
}

function take({ exchange, caller, call }: AdmitInput, deps: AdmitDeps, nowMs: number): Maybe<Pass | Denial> {
  return deps.admission.take({
    requestId: exchange.requestId,
    caller,
    operation: exchange.endpoint.operation,
    estimatedTokens: estimateInputTokens(call.body.length) + (allowedOutput(call) ?? 0),
    nowMs,
  });
}

/** Too many at once: others of this user may end in a moment. */
async function waitForPlace(
  input: AdmitInput,
  deps: AdmitDeps,
  denial: Denial,
): Promise<Pass | Denial | null> {
  const { exchange, caller } = input;
  const { placeQueueMs, placeQueueLength } = patienceOf(exchange.snapshot);
  const began = deps.monotonicMs();
  const answer = await deps.placeQueue.wait<Pass | Denial>({
    names: [caller.user.id],
    exchange,
    forMs: placeQueueMs,
    most: placeQueueLength,
    attempt: async () => {
      const again = await take(input, deps, deps.nowMs());
      return isParallel(again) ? null : again;
    },
    giveBack: (taken) => {
      if (!isDenial(taken)) taken.release(null);
    },
  });
  exchange.waitedMs += deps.monotonicMs() - began;
  return exchange.clientGone && answer === null ? null : (answer ?? denial);
}

function isParallel(answer: Pass | Denial): answer is Denial {
  return isDenial(answer) && answer.facts?.limit === PARALLEL_LIMIT;
}
