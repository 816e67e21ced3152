// Step: reserve the most this call can cost on every budget that applies.
import { isFree } from '@api-proxy/protocols/protocol';
import type { Call } from '../call.ts';
import type { Denial } from '../denial.ts';
import type { Exchange } from '../exchange.ts';
import { estimateInputTokens } from '../metering/estimate.ts';
import type { Caller, Hold, Maybe, Purse } from '../ports.ts';
import type { Rates } from '../snapshot.ts';

export type HoldInput = { readonly exchange: Exchange; readonly caller: Caller; readonly call: Call };

/** @returns a hold (null for what is free of charge), or 402 / 429 / 503. */
export function hold(input: HoldInput, purse: Purse): Maybe<Hold | Denial | null> {
  const { exchange, caller, call } = input;
  const { dialect, operation } = exchange.endpoint;
  if (isFree(operation)) return null;
  const answer = purse.hold({
    requestId: exchange.requestId,
    userId: caller.user.id,
    keyId: caller.key.id,
    upperBoundNanoUsd: upperBound(input),
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

/** Input estimate plus the largest answer, at the highest price that any channel or tier could bring, in nano-USD. */
export function upperBound({ exchange, caller, call }: HoldInput): bigint {
  const { snapshot } = exchange;
  const versions = snapshot.prices.get(call.model);
  if (!versions) return 0n;
  const input = estimateInputTokens(call.body.length);
  const output =
    call.maxOutputTokens ??
    snapshot.models.get(call.model)?.maxOutputTokens ??
    snapshot.settings.defaultMaxOutputTokens;
  let highest = 0;
  for (const price of versions) {
    if (price.effectiveFromMs > exchange.startedAtMs) continue;
    highest = Math.max(highest, bound(price, input, output));
    if (price.longContext && input > price.longContext.thresholdTokens) {
      highest = Math.max(highest, bound(price.longContext, input, output));
    }
  }
  return BigInt(Math.ceil((highest * caller.user.multiplierPpm) / 1_000_000));
}

/** In doubles: exact to a few nano-dollars, and an upper bound needs no more. Old versions only make it larger. */
function bound(rates: Rates, input: number, output: number): number {
  const perInput = Math.max(
    Number(rates.inputNanoPerMTok),
    Number(rates.cacheWrite5mNanoPerMTok),
    Number(rates.cacheWrite1hNanoPerMTok),
  );
  return (input * perInput + output * Number(rates.outputNanoPerMTok)) / 1_000_000;
}
