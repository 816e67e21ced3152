// The keyed hash under which relay keys (and gift-card codes) are stored: without APP_SECRET a stolen table can't be searched.
import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import { Recent } from '@api-proxy/kit/recent';
import type { Secret } from '@api-proxy/kit/secret';

const KEY_BYTES = 32;
const INFO = 'api-proxy relay key v1';
const REMEMBERED = 10_000;

/** HMAC-SHA-256 of the whole text, hex. */
export type KeyHasher = (text: string) => string;

/** A hasher whose key is derived from `APP_SECRET` by HKDF-SHA-256 (RFC 5869). */
export function createKeyHasher(appSecret: Secret): KeyHasher {
  // A key object is prepared once; a plain buffer would be imported anew for every hash.
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', appSecret.reveal(), '', INFO, KEY_BYTES)));
  return (text) => createHmac('sha256', key).update(text, 'utf8').digest('hex');
}

/**
 * The same hasher with a memory of the last texts, for callers that show the same credential with every request.
 * Holds at most `limit` texts; the one remembered longest ago goes first.
 */
export function rememberingHasher(hash: KeyHasher, limit: number = REMEMBERED): KeyHasher {
  const known = new Recent<string>(limit);
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const fresh = hash(text);
    known.set(text, fresh);
    return fresh;
  };
}
