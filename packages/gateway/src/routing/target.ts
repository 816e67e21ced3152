// Where a channel's requests go: its base address taken apart once.
import type { Channel } from '../snapshot.ts';

export type Target = {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path up to and including the version, e.g. `/v1` or `/openai/v1`; no slash at the end. */
  readonly root: string;
};

const ENDS_IN_VERSION = /\/v\d+[a-z0-9]*$/;

/**
 * Takes a base address apart. With or without a trailing slash or `/v1` it means the same; another version at the
 * end (`/api/paas/v4`) is kept as it is.
 * @throws TypeError when the text is no http(s) address.
 */
export function targetOf(channel: Pick<Channel, 'baseUrl'>): Target {
  const url = new URL(channel.baseUrl);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new TypeError('baseUrl must be http or https');
  const path = url.pathname.replace(/\/+$/, '');
  return { origin: url.origin, root: ENDS_IN_VERSION.test(path) ? path : `${path}/v1` };
}
