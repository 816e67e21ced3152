// A stored row's bill, derived again: tokens of each class times the price it was billed with.
import type { RequestLogDetail } from '@api-proxy/contracts/request-logs';
import { formatUsd } from '@api-proxy/kit/money';
import type { PriceRow } from '../price/price-view.ts';

type Tokens = {
  inputTokens: number;
  cacheReadTokens: number;
  cacheWrite5mTokens: number;
  cacheWrite1hTokens: number;
  outputTokens: number;
};

/** Nano-USD per million tokens times tokens counts in 1e-15 USD: nine places of the nano, six of the million. */
const PLACES = 15;

/** 1e-15 USD as the shortest exact decimal in USD. */
export function formatFemtoUsd(amount: bigint): string {
  const digits = amount.toString().padStart(PLACES + 1, '0');
  const fraction = digits.slice(-PLACES).replace(/0+$/, '');
  return `${digits.slice(0, -PLACES)}${fraction ? `.${fraction}` : ''}`;
}

/** Adds lines up exactly; times the user's factor and rounded half up, this is the row's cost. */
export function sumOfLines(price: PriceRow | undefined, tokens: Tokens): string {
  return formatFemtoUsd(linesOf(price, tokens).reduce((sum, { amount }) => sum + amount, 0n));
}

/** The threshold above which the whole request cost other rates; null: it did not. */
export function longContextAbove(price: PriceRow, tokens: Tokens): number | null {
  const prompt =
    tokens.inputTokens + tokens.cacheReadTokens + tokens.cacheWrite5mTokens + tokens.cacheWrite1hTokens;
  const threshold = price.longContextThreshold;
  return threshold !== null && prompt > threshold ? threshold : null;
}

/** The long-context rates hold for the whole request once its prompt is longer than the threshold. */
function ratesFor(price: PriceRow, tokens: Tokens) {
  if (longContextAbove(price, tokens) === null) return price;
  return {
    input: price.longInput ?? price.input,
    cacheRead: price.longCacheRead ?? price.cacheRead,
    cacheWrite5m: price.longCacheWrite5m ?? price.cacheWrite5m,
    cacheWrite1h: price.longCacheWrite1h ?? price.cacheWrite1h,
    output: price.longOutput ?? price.output,
  };
}

function linesOf(price: PriceRow | undefined, tokens: Tokens) {
  if (!price) return [];
  const rates = ratesFor(price, tokens);
  const lines = [
    { usageClass: 'input', tokens: tokens.inputTokens, rate: rates.input },
    { usageClass: 'cacheRead', tokens: tokens.cacheReadTokens, rate: rates.cacheRead },
    { usageClass: 'cacheWrite5m', tokens: tokens.cacheWrite5mTokens, rate: rates.cacheWrite5m },
    { usageClass: 'cacheWrite1h', tokens: tokens.cacheWrite1hTokens, rate: rates.cacheWrite1h },
    { usageClass: 'output', tokens: tokens.outputTokens, rate: rates.output },
  ] as const;
  return lines
    .filter((line) => line.tokens > 0)
    .map((line) => ({ ...line, amount: BigInt(line.tokens) * line.rate }));
}

/** One line per class that has tokens; none without a price. Amounts are exact and before the user's factor. */
export function costLines(price: PriceRow | undefined, tokens: Tokens): RequestLogDetail['costLines'] {
  return linesOf(price, tokens).map(({ usageClass, tokens: count, rate, amount }) => ({
    usageClass,
    tokens: count,
    pricePerMTok: formatUsd(rate),
    amountUsd: formatFemtoUsd(amount),
  }));
}
