// Response headers in OpenAI's manner, with those of its CDN.

/** `exhausted`: the head of a 429. */
export function headers(requestId: string, exhausted: boolean): Record<string, string> {
  return {
    'x-request-id': requestId,
    'openai-organization': 'fake-org',
    'openai-processing-ms': '12',
    'openai-version': '2020-10-01',
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-limit-tokens': '2000000',
    'x-ratelimit-remaining-requests': exhausted ? '0' : '9999',
    'x-ratelimit-remaining-tokens': '1999000',
    'x-ratelimit-reset-requests': '6ms',
    'x-ratelimit-reset-tokens': '30ms',
    'set-cookie': '__cf_bm=fake-openai; path=/; HttpOnly',
    server: 'cloudflare',
    'cf-cache-status': 'DYNAMIC',
  };
}
