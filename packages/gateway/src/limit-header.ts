// Names of the headers that tell of limits of the minute: the relay's own, as the upstream's `x-ratelimit-*` pass through.

/** What a limit counts, as its headers name it. */
export type Counted = 'requests' | 'tokens';

/** `limit`: how much there is, `remaining`: what is left of it, `reset`: whole seconds until that is all again. */
export function limitHeader(what: 'limit' | 'remaining' | 'reset', counted: Counted): string {
  return `x-relay-ratelimit-${what}-${counted}`;
}
