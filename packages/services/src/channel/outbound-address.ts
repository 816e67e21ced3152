// Where the gateway may connect to: scheme, then every address that the name stands for. Guards against requests into the operator's own network.
import { BlockList, isIP } from 'node:net';

/** Finds the addresses of a host name; throws when there are none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

export type OutboundPolicy = {
  /** Loopback addresses pass: embedded and development mode. */
  readonly allowLoopback: boolean;
  /** Host names, addresses or CIDR ranges that pass whatever they are. */
  readonly allowList: readonly string[];
  readonly resolve: Resolve;
};

export type OutboundVerdict =
  /** Those to connect to, so that a second look-up can't change them; at least one. */
  | { readonly ok: true; readonly addresses: readonly string[] }
  | { readonly ok: false; readonly reason: string };

const LOOPBACK = [
  ['127.0.0.0', 8],
  ['::1', 128],
] as const;

/** Special-purpose ranges (IANA registries, RFC 6890 and its updates) that are no upstream on the internet. */
const REFUSED = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  // NAT64, 6to4 and Teredo carry an IPv4 address inside.
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const;

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

function blockList(ranges: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family(network));
  return list;
}

/** The IPv4 address inside `::ffff:a.b.c.d` or `::a.b.c.d`, else the address itself. */
function unmapped(address: string): string {
  if (isIP(address) !== 6) return address;
  // The URL parser writes every form of an address in one canonical way.
  const canonical = new URL(`http://[${address.split('%', 1)[0]}]`).hostname.slice(1, -1);
  const match = /^::(?:ffff:)?([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (!match) return canonical;
  const high = Number.parseInt(match[1] ?? '', 16);
  const low = Number.parseInt(match[2] ?? '', 16);
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

export type AddressKind = 'public' | 'loopback' | 'refused';

/** Judges a literal address; mapped and zoned forms are seen through. */
export function addressKind(address: string): AddressKind {
  const plain = unmapped(address);
  if (isIP(plain) === 0) return 'refused';
  if (blockList(LOOPBACK).check(plain, family(plain))) return 'loopback';
  return blockList(REFUSED).check(plain, family(plain)) ? 'refused' : 'public';
}

function isListed(hostname: string, address: string, allowList: readonly string[]): boolean {
  const plain = unmapped(address);
  return allowList.some((entry) => {
    if (entry.toLowerCase() === hostname) return true;
    const [network = '', prefix] = entry.split('/');
    if (isIP(network) === 0) return false;
    const bits = prefix === undefined ? (isIP(network) === 6 ? 128 : 32) : Number(prefix);
    const list = new BlockList();
    list.addSubnet(network, bits, family(network));
    return list.check(plain, family(plain));
  });
}

function judge(hostname: string, address: string, policy: OutboundPolicy): string | null {
  if (isListed(hostname, address, policy.allowList)) return null;
  switch (addressKind(address)) {
    case 'public':
      return null;
    case 'loopback':
      return policy.allowLoopback ? null : `${hostname} is this machine (${address})`;
    case 'refused':
      return `${hostname} is a private or reserved address (${address})`;
  }
}

/**
 * Judges an outbound URL. Every address of the name must pass: one private among them is enough to refuse.
 * @param text e.g. a channel's base URL or proxy.
 */
export async function checkOutboundUrl(text: string, policy: OutboundPolicy): Promise<OutboundVerdict> {
  if (!URL.canParse(text)) return { ok: false, reason: 'is not a URL' };
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { ok: false, reason: 'must start with https:// or http://' };
  }
  return judgeHost(url.hostname, policy);
}

/** Judges a host name, or a literal address with or without brackets. */
export async function judgeHost(host: string, policy: OutboundPolicy): Promise<OutboundVerdict> {
  const hostname = host
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  const addresses = isIP(hostname) ? [hostname] : await policy.resolve(hostname).catch(() => []);
  if (addresses.length === 0) return { ok: false, reason: `${hostname} has no address` };
  for (const address of addresses) {
    const reason = judge(hostname, address, policy);
    if (reason !== null) return { ok: false, reason };
  }
  return { ok: true, addresses };
}
