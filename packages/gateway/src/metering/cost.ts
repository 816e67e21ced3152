// The one function that turns usage into money.
import { divideHalfUp, type NanoUsd } from '@api-proxy/kit/money';
import type { Usage } from '@api-proxy/protocols/usage';
import type { Price, Rates } from '../snapshot.ts';

/** Tokens per million × parts per million of the multiplier. */
const DIVISOR = 1_000_000n * 1_000_000n;

/**
 * The cost of one request in nano-USD, rounded half up exactly once, the multiplier included.
 * @param multiplierPpm 1_000_000 = × 1.
 */
export function cost(usage: Usage, price: Price, multiplierPpm: number): NanoUsd {
  const rates = ratesFor(usage, price);
  const sum =
    BigInt(usage.input) * rates.inputNanoPerMTok +
    BigInt(usage.cacheRead) * rates.cacheReadNanoPerMTok +
    BigInt(usage.cacheWrite5m) * rates.cacheWrite5mNanoPerMTok +
    BigInt(usage.cacheWrite1h) * rates.cacheWrite1hNanoPerMTok +
    BigInt(usage.output) * rates.outputNanoPerMTok;
  return divideHalfUp(sum * BigInt(multiplierPpm), DIVISOR);
}

/** The rates that hold for this usage: the long-context tier once the input side exceeds its threshold. */
export function ratesFor(usage: Usage, price: Price): Rates {
  const tier = price.longContext;
  if (!tier) return price;
  const inputSide = usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
  return inputSide > tier.thresholdTokens ? tier : price;
}
