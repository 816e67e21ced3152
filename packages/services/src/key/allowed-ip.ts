// Addresses and CIDR ranges that a key may be limited to.
import { BlockList, isIP } from 'node:net';
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

/** Whether the list is empty or holds the address; without an address only an empty list allows. */
export function isAddressAllowed(entries: readonly string[], ip: string | null): boolean {
  if (entries.length === 0) return true;
  const family = isIP(ip ?? '');
  if (ip === null || family === 0) return false;
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const version = isIP(address);
    if (version === 0) continue;
    list.addSubnet(
      address,
      prefix === undefined ? (BITS[version] ?? 0) : Number(prefix),
      `ipv${version === 4 ? 4 : 6}`,
    );
  }
  return list.check(ip, family === 4 ? 'ipv4' : 'ipv6');
}
