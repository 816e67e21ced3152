// Writes money and prices: decimal USD texts in, true digits out.

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d{1,9}))?$/;
const NANO_DIGITS = 9;

function toNano(usd: string): bigint | undefined {
  const match = DECIMAL.exec(usd.trim());
  if (!match) return undefined;
  const [, sign, whole = '0', fraction = ''] = match;
  const nano = BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(NANO_DIGITS, '0'));
  return sign === '-' ? -nano : nano;
}

function roundTo(nano: bigint, decimals: number): bigint {
  const step = 10n ** BigInt(NANO_DIGITS - decimals);
  return ((nano * 2n + step) / (step * 2n)) * step;
}

function write(nano: bigint, minDecimals: number): string {
  const digits = nano.toString().padStart(NANO_DIGITS + 1, '0');
  const whole = digits.slice(0, -NANO_DIGITS).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = digits.slice(-NANO_DIGITS).replace(/0+$/, '').padEnd(minDecimals, '0');
  return fraction ? `${whole}.${fraction}` : whole;
}

/**
 * Writes an amount with every digit it has, at least two: `"12.5"` → `$12.50`, `"0.000012"` → `$0.000012`.
 * @param usd decimal USD with up to nine decimal places; anything else is returned as it came.
 */
export function exactMoney(usd: string): string {
  const nano = toNano(usd);
  if (nano === undefined) return usd;
  return nano < 0n ? `-$${write(-nano, 2)}` : `$${write(nano, 2)}`;
}

/**
 * Writes an amount short for headlines: two decimals from one dollar up, else four significant digits.
 * The exact amount belongs beside it (on hover); a non-zero amount never reads as zero.
 */
export function shortMoney(usd: string): string {
  const nano = toNano(usd);
  if (nano === undefined) return usd;
  const absolute = nano < 0n ? -nano : nano;
  const leadingZeros = NANO_DIGITS - absolute.toString().length;
  const decimals = absolute >= 1_000_000_000n ? 2 : Math.min(NANO_DIGITS, leadingZeros + 4);
  const text = write(roundTo(absolute, Math.max(2, decimals)), 2);
  return nano < 0n ? `-$${text}` : `$${text}`;
}

/** Tells whether an amount is zero, below, or above: for colour and wording only. */
export function signOfMoney(usd: string): -1 | 0 | 1 {
  const nano = toNano(usd) ?? 0n;
  return nano === 0n ? 0 : nano < 0n ? -1 : 1;
}

/**
 * The share of `part` in `whole` between 0 and 1; 0 when the whole is zero.
 * For bars and hints; amounts themselves are never computed in floating point.
 */
export function shareOfMoney(part: string, whole: string): number {
  const a = toNano(part) ?? 0n;
  const b = toNano(whole) ?? 0n;
  if (b <= 0n) return 0;
  return Math.min(1, Math.max(0, Number((a * 10_000n) / b) / 10_000));
}

/** Adds decimal USD amounts exactly and gives a decimal USD text. */
export function sumMoney(amounts: readonly string[]): string {
  const total = amounts.reduce((sum, usd) => sum + (toNano(usd) ?? 0n), 0n);
  const text = write(total < 0n ? -total : total, 0).replaceAll(',', '');
  return total < 0n ? `-${text}` : text;
}

/**
 * Multiplies a decimal USD amount by a factor given in thousandths and gives a decimal USD text, rounded half up to
 * nine places: `("3", 1250)` → `"3.75"`; anything but an amount gives `""`.
 */
export function scaleMoney(usd: string, thousandths: number): string {
  const nano = toNano(usd);
  if (nano === undefined || nano < 0n) return '';
  return write((nano * BigInt(thousandths) + 500n) / 1_000n, 0).replaceAll(',', '');
}
