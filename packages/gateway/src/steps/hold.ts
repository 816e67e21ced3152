// Step: reserve the most this call can cost on every budget that applies.
import { isFree } from '@api-proxy/protocols/protocol';
import type { Call } from '../call.ts';
import type { Denial } from '../denial.ts';
import type { Exchange } from '../exchange.ts';
import { inputBound } from '../metering/input-bound.ts';
import { resolvePrice } from '../metering/price.ts';
import type { Caller, Hold, Maybe, Purse } from '../ports.ts';
import type { CandidateIndex } from '../routing/candidates.ts';
import type { Price, Rates } from '../snapshot.ts';

/** What the bound of a call's cost is worked out from. */
export type BoundInput = {
  readonly exchange: Pick<Exchange, 'snapshot' | 'startedAtMs' | 'endpoint'>;
  readonly caller: { readonly user: Pick<Caller['user'], 'multiplierPpm'> };
  readonly call: Pick<Call, 'model' | 'body' | 'maxOutputTokens' | 'choices'>;
};

export type HoldInput = { readonly exchange: Exchange; readonly caller: Caller; readonly call: Call };

export type HoldDeps = { readonly purse: Purse; readonly candidates: CandidateIndex };

/** @returns a hold (null for what is free of charge), or 402 / 429 / 503. */
export function hold(input: HoldInput, deps: HoldDeps): Maybe<Hold | Denial | null> {
  const { exchange, caller, call } = input;
  const { dialect, operation } = exchange.endpoint;
  if (isFree(operation)) return null;
  const answer = deps.purse.hold({
    requestId: exchange.requestId,
    userId: caller.user.id,
    keyId: caller.key.id,
    upperBoundNanoUsd: upperBound(input, deps),
    nowMs: exchange.startedAtMs,
    about: { protocolIn: dialect.protocol, operation, modelAsked: call.model, stream: call.stream },
  });
  const { rechargeMessage } = exchange.snapshot.settings;
  return answer instanceof Promise
    ? answer.then((given) => withMessage(given, rechargeMessage))
    : withMessage(answer, rechargeMessage);
}

/** Tells with a 402 how to get more. */
function withMessage(answer: Hold | Denial, message: string): Hold | Denial {
  if (!('denied' in answer) || !answer.denied.startsWith('quota_')) return answer;
  return { ...answer, facts: { ...answer.facts, message } };
}

/** The input plus the largest answer at the highest price that could apply, in nano-USD; see docs/decisions/0081. */
export function upperBound(input: BoundInput, { candidates }: Pick<HoldDeps, 'candidates'>): bigint {
  const { exchange, caller, call } = input;
  const { snapshot, startedAtMs: nowMs, endpoint } = exchange;
  const versions = snapshot.prices.get(call.model);
  if (!versions) return 0n;
  const tokens = { input: inputBound(call.body), output: outputBound(input), window: windowOf(input) };
  let highest = 0n;
  const consider = (price: Price | null): void => {
    const most = price ? priceBound(price, tokens) : 0n;
    if (most > highest) highest = most;
  };
  consider(resolvePrice(snapshot, { model: call.model, channelId: null, nowMs }));
  if (versions.some(({ channelId }) => channelId !== null)) {
    const { options } = candidates.find(snapshot, call.model, endpoint.dialect.protocol);
    for (const { channel } of options) {
      consider(resolvePrice(snapshot, { model: call.model, channelId: channel.id, nowMs }));
    }
  }
  return (highest * BigInt(caller.user.multiplierPpm) + DIVISOR - 1n) / DIVISOR;
}

/** Tokens per million × parts per million of the multiplier. */
const DIVISOR = 1_000_000n * 1_000_000n;

/** The largest answer: what the request allows, else the model, else the setting; as often as it is asked for. */
function outputBound({ exchange: { snapshot }, call }: BoundInput): bigint {
  const each =
    call.maxOutputTokens ??
    snapshot.models.get(call.model)?.maxOutputTokens ??
    snapshot.settings.defaultMaxOutputTokens;
  return BigInt(each) * BigInt(call.choices ?? 1);
}

/** No context on offer holds more; where the model's is not known, or is none of the whole request. */
const LARGEST_CONTEXT = 2_000_000;

/** Each text of an embeddings request has a context of its own. */
function windowOf({ exchange: { snapshot, endpoint }, call }: BoundInput): number {
  if (endpoint.operation === 'embed') return LARGEST_CONTEXT;
  return snapshot.models.get(call.model)?.contextLength ?? LARGEST_CONTEXT;
}

type Tokens = { readonly input: number; readonly output: bigint; readonly window: number };

/** In nano-USD times a million. A window that ends before the long-context tier begins can't be the whole of it. */
function priceBound(price: Price, { input, output, window }: Tokens): bigint {
  const tier = price.longContext;
  const within = tier && window <= tier.thresholdTokens ? LARGEST_CONTEXT : window;
  const most = BigInt(Math.min(input, within));
  const ordinary = ratesBound(price, most, output);
  if (!tier || input <= tier.thresholdTokens) return ordinary;
  const long = ratesBound(tier, most, output);
  return long > ordinary ? long : ordinary;
}

function ratesBound(rates: Rates, input: bigint, output: bigint): bigint {
  let perInput = rates.inputNanoPerMTok;
  if (rates.cacheReadNanoPerMTok > perInput) perInput = rates.cacheReadNanoPerMTok;
  if (rates.cacheWrite5mNanoPerMTok > perInput) perInput = rates.cacheWrite5mNanoPerMTok;
  if (rates.cacheWrite1hNanoPerMTok > perInput) perInput = rates.cacheWrite1hNanoPerMTok;
  return input * perInput + output * rates.outputNanoPerMTok;
}
