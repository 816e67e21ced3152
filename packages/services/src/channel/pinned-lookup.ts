// The look-up of outbound connections: one resolution, every address judged, and only judged ones connected to.
import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { judgeHost, type OutboundPolicy } from './outbound-address.ts';

/** What a connection ends with when its name leads where nothing may be sent; `code` is read by the gateway. */
export class AddressNotAllowed extends Error {
  readonly code = 'EADDRNOTALLOWED';
}

/**
 * For `net.connect` and whatever builds on it. The address that is judged is the one connected to, so a name that
 * changes between the check of a form and the connection (DNS rebinding) leads nowhere. Literal addresses are judged
 * alike where the caller asks about them.
 */
export function pinnedLookup(policy: OutboundPolicy): LookupFunction {
  return (hostname, options, done) => {
    judgeHost(hostname, policy).then(
      (verdict) => {
        if (!verdict.ok) return done(new AddressNotAllowed(verdict.reason), '', 0);
        const wanted = verdict.addresses.map(withFamily).filter(ofFamily(options.family));
        const [first] = wanted;
        if (!first) return done(new AddressNotAllowed(`${hostname} has no address of that family`), '', 0);
        if (options.all) done(null, wanted);
        else done(null, first.address, first.family);
      },
      (thrown: unknown) => done(thrown instanceof Error ? thrown : new Error(String(thrown)), '', 0),
    );
  };
}

function withFamily(address: string): LookupAddress {
  return { address, family: isIP(address) };
}

function ofFamily(asked: number | 'IPv4' | 'IPv6' | undefined): (one: LookupAddress) => boolean {
  const family = asked === 'IPv4' ? 4 : asked === 'IPv6' ? 6 : (asked ?? 0);
  return (one) => family === 0 || one.family === family;
}
