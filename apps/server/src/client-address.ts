// Who the client is, behind as many proxies as the configuration trusts; what the rest claims is removed.
import type { IncomingMessage } from 'node:http';

const FORWARDING_HEADERS: ReadonlySet<string> = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
]);
const IPV4_MAPPED = '::ffff:';

/**
 * The client's address. Each trusted proxy appended the address it was called from, so with n of them the
 * n-th entry from the right is the client; with none, or a shorter list than that, nothing in the header is believed.
 */
export function clientAddress(request: IncomingMessage, trustedHops: number): string {
  const peer = plain(request.socket.remoteAddress ?? '');
  if (trustedHops === 0) return peer;
  const listed = headerList(request, 'x-forwarded-for');
  return plain(listed.at(-trustedHops) ?? listed[0] ?? peer);
}

/** The scheme that the client used, as the trusted proxies tell it. */
export function clientScheme(request: IncomingMessage, trustedHops: number): 'http' | 'https' {
  if (trustedHops === 0) return 'http';
  return headerList(request, 'x-forwarded-proto').at(-1) === 'https' ? 'https' : 'http';
}

/** Replaces every forwarding header by the checked facts, so that nothing behind the listener can be lied to. */
export function rewriteForwarded(request: IncomingMessage, trustedHops: number): void {
  const address = clientAddress(request, trustedHops);
  const scheme = clientScheme(request, trustedHops);
  const trustedHost = trustedHops > 0 ? headerList(request, 'x-forwarded-host').at(-1) : undefined;
  const facts: [string, string][] = [
    ['x-forwarded-for', address],
    ['x-forwarded-proto', scheme],
    ['x-forwarded-host', trustedHost ?? request.headers.host ?? ''],
  ];
  const raw = request.rawHeaders;
  const kept: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (!FORWARDING_HEADERS.has(name.toLowerCase())) kept.push(name, raw[index + 1] ?? '');
  }
  for (const name of FORWARDING_HEADERS) delete request.headers[name];
  for (const [name, value] of facts) {
    kept.push(name, value);
    request.headers[name] = value;
  }
  // In place: the Hono adapter builds its headers from this very array.
  raw.splice(0, raw.length, ...kept);
}

function headerList(request: IncomingMessage, name: string): string[] {
  const value = request.headers[name];
  const text = Array.isArray(value) ? value.join(',') : (value ?? '');
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

function plain(address: string): string {
  return address.startsWith(IPV4_MAPPED) ? address.slice(IPV4_MAPPED.length) : address;
}
