// Addresses and CIDR ranges that a key may be limited to.
import { isIP } from 'node:net';
import { invalidInput } from '../failure.ts';

const BITS: Record<number, number> = { 4: 32, 6: 128 };

function isRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = BITS[isIP(address)];
  if (bits === undefined || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
}

/** @throws AppError `invalid_input` naming the first entry that is no address and no range. */
export function checkAllowedIps(entries: readonly string[] | undefined): void {
  entries?.forEach((entry, index) => {
    if (!isRange(entry))
      throw invalidInput(`body.allowedIps.${index}`, `${entry} is no address and no CIDR range`);
  });
}
