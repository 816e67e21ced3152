// Amounts that a contract has already checked, as nano-USD.
import { type NanoUsd, parseUsd } from '@api-proxy/kit/money';
import { invalidInput } from './failure.ts';

/** Nano-USD of a decimal text, also nano-USD per MTok of a price text. @throws AppError for a text no contract lets through. */
export function parsedUsd(text: string): NanoUsd {
  const amount = parseUsd(text);
  if (amount === undefined) throw invalidInput('amount', 'is not an amount in USD');
  if (amount > MAX_NANO_USD || amount < -MAX_NANO_USD) throw invalidInput('amount', 'is too large');
  return amount;
}

/** A billion dollars: sums of many of them still fit PostgreSQL's bigint. */
const MAX_NANO_USD = 1_000_000_000n * 1_000_000_000n;
