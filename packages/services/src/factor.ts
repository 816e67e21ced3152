// A user's factor on costs: millionths in the database, a decimal text in the contract.

const DIGITS = 6;

/** 850_000 → `"0.85"`. */
export function formatMultiplier(ppm: number): string {
  const digits = String(ppm).padStart(DIGITS + 1, '0');
  const fraction = digits.slice(-DIGITS).replace(/0+$/, '');
  return `${digits.slice(0, -DIGITS)}${fraction ? `.${fraction}` : ''}`;
}

/** `"0.85"` → 850_000; the contract has checked the form (at most six places). */
export function parseMultiplier(text: string): number {
  const [whole = '0', fraction = ''] = text.split('.');
  return Number(whole) * 10 ** DIGITS + Number(fraction.padEnd(DIGITS, '0'));
}
