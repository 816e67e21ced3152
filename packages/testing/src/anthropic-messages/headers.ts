// Response headers in Anthropic's manner, with those of its CDN.

const RESET = '2026-12-31T00:00:00Z';
const LIMITS: readonly (readonly [name: string, limit: number])[] = [
  ['requests', 4000],
  ['tokens', 2_000_000],
  ['input-tokens', 1_600_000],
  ['output-tokens', 400_000],
];

const FIXED: Readonly<Record<string, string>> = Object.fromEntries(
  LIMITS.flatMap(([name, limit]) => [
    [`anthropic-ratelimit-${name}-limit`, String(limit)],
    [`anthropic-ratelimit-${name}-remaining`, String(limit - 1)],
    [`anthropic-ratelimit-${name}-reset`, RESET],
  ]),
);

/** `exhausted`: the head of a 429. */
export function headers(requestId: string, exhausted: boolean): Record<string, string> {
  return {
    ...FIXED,
    ...(exhausted && {
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-unified-status': 'rejected',
    }),
    'request-id': requestId,
    'anthropic-organization-id': '00000000-0000-4000-8000-00000000fa4e',
    'set-cookie': '__cf_bm=fake-anthropic; path=/; HttpOnly',
    server: 'cloudflare',
    'cf-cache-status': 'DYNAMIC',
  };
}
