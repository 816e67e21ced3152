// Which client addresses a key may be used from.
import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Address lists, compiled once per list. */
export class AddressRules {
  readonly #compiled = new WeakMap<readonly string[], BlockList>();

  /** Whether the list is empty or holds the address; an unreadable rule matches nothing. */
  allow(rules: readonly string[], address: string): boolean {
    if (rules.length === 0) return true;
    const list = this.#compiled.get(rules) ?? compile(rules);
    this.#compiled.set(rules, list);
    const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
    if (isIPv4(plain)) return list.check(plain, 'ipv4');
    return isIPv6(plain) && list.check(plain, 'ipv6');
  }
}

function compile(rules: readonly string[]): BlockList {
  const list = new BlockList();
  for (const rule of rules) {
    const [address = '', bits] = rule.split('/');
    const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : null;
    if (!family) continue;
    const length = bits === undefined ? null : Number(bits);
    if (length === null) list.addAddress(address, family);
    else if (Number.isInteger(length) && length >= 0 && length <= (family === 'ipv4' ? 32 : 128)) {
      list.addSubnet(address, length, family);
    }
  }
  return list;
}
