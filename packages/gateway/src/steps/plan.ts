// Step: which channels can serve the call, and in which order they will be tried.
import { isFree } from '@api-proxy/protocols/protocol';
import type { Call } from '../call.ts';
import type { Denial } from '../denial.ts';
import type { Exchange } from '../exchange.ts';
import { resolvePrice } from '../metering/price.ts';
import type { Caller, ChannelHealth } from '../ports.ts';
import type { CandidateIndex, Candidates } from '../routing/candidates.ts';
import { Route } from '../routing/route.ts';
import type { Trace } from '../trace.ts';
import type { Bond } from './bond.ts';

export type PlanDeps = {
  readonly candidates: CandidateIndex;
  readonly health: ChannelHealth;
  readonly random: () => number;
};

export type PlanInput = {
  readonly exchange: Exchange;
  readonly caller: Caller;
  readonly call: Call;
  readonly trace: Pick<Trace, 'route'>;
  readonly bond: Pick<Bond, 'draws'>;
};

/** @returns a route with at least one candidate, or 403 (unpriced) / 404 / 503; the trace has the route of those without a channel, too. */
export function plan(input: PlanInput, deps: PlanDeps): Route | Denial {
  const { exchange, call } = input;
  const { snapshot, endpoint } = exchange;
  const candidates = deps.candidates.find(snapshot, call.model, endpoint.dialect.protocol);
  const listed = snapshot.models.has(call.model);
  if (!listed && !candidates.accepted) return { denied: 'model_unknown', facts: { model: call.model } };
  if (refusesUnpriced(input, candidates)) {
    // Behind a `*` channel every name would exist; one that nobody listed and nobody priced does not.
    return { denied: listed ? 'model_not_priced' : 'model_unknown', facts: { model: call.model } };
  }
  const draws = candidates.keys > 1 ? input.bond.draws() : undefined;
  const route = new Route({ candidates, health: deps.health, random: draws ?? deps.random });
  input.trace.route = route;
  if (candidates.accepted && !candidates.spoken) {
    return { denied: 'protocol_unavailable', facts: { model: call.model } };
  }
  return route.channels === 0 ? { denied: 'no_channel', facts: { model: call.model } } : route;
}

function refusesUnpriced({ exchange, caller, call }: PlanInput, candidates: Candidates): boolean {
  const { snapshot, endpoint, startedAtMs } = exchange;
  if (isFree(endpoint.operation)) return false;
  if (snapshot.settings.unpricedPolicy === 'free' || caller.user.role !== 'user') return false;
  if (!snapshot.prices.has(call.model)) return true;
  const priced = (channelId: string | null) =>
    resolvePrice(snapshot, { model: call.model, channelId, nowMs: startedAtMs });
  return !priced(null) && candidates.options.some((option) => !priced(option.channel.id));
}
