// Money as an exact integer: one unit is a nano-dollar (1e-9 USD), held in a bigint.

const NANO_DIGITS = 9;
const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** An amount of money in nano-USD. */
export type NanoUsd = bigint;

export const NANO_PER_USD = 1_000_000_000n;

/**
 * Reads a decimal USD text such as `"12.5"` or `"-0.000000001"` exactly.
 * @returns nano-USD, or `undefined` when the text is no decimal or has more than nine decimal places.
 */
export function parseUsd(text: string): NanoUsd | undefined {
  const match = DECIMAL.exec(text.trim());
  if (!match) return undefined;
  const [, sign, whole = '0', fraction = ''] = match;
  const kept = fraction.replace(/0+$/, '');
  if (kept.length > NANO_DIGITS) return undefined;
  const nano = BigInt(whole) * NANO_PER_USD + BigInt(kept.padEnd(NANO_DIGITS, '0') || '0');
  return sign === '-' ? -nano : nano;
}

/** Writes nano-USD as the shortest exact decimal in USD, e.g. `1500000000n` → `"1.5"`. */
export function formatUsd(nano: NanoUsd): string {
  const negative = nano < 0n;
  const digits = (negative ? -nano : nano).toString().padStart(NANO_DIGITS + 1, '0');
  const whole = digits.slice(0, -NANO_DIGITS);
  const fraction = digits.slice(-NANO_DIGITS).replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`;
}

/** Divides rounding half away from zero; the one rounding rule for money. `divisor` must be positive. */
export function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  const negative = dividend < 0n;
  const absolute = negative ? -dividend : dividend;
  const rounded = (absolute * 2n + divisor) / (divisor * 2n);
  return negative ? -rounded : rounded;
}
