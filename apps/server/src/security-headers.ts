// The headers that keep a browser safe, and the policy that lets only our own scripts run.
import { randomBytes } from 'node:crypto';

/** Sent with every page and API answer (not with relayed answers, which belong to the upstream). */
export const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'strict-origin-when-cross-origin'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), microphone=(), geolocation=(), browsing-topics=()'],
];

export const STRICT_TRANSPORT: readonly [string, string] = [
  'strict-transport-security',
  'max-age=31536000; includeSubDomains',
];

/** A fresh nonce, for one page. */
export function createNonce(): string {
  return randomBytes(16).toString('base64');
}

/**
 * The policy of a page: scripts by nonce only. Style elements stay open because component libraries insert them
 * at run time without a nonce; a style can't call home, since every other source is our own origin.
 * Development adds what React's debugging and hot reload need.
 */
export function contentSecurityPolicy(nonce: string, development: boolean): string {
  const directives = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self'${development ? ' ws: wss:' : ''}`,
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ];
  return directives.join('; ');
}
