// The keyed hash under which relay keys (and gift-card codes) are stored: without APP_SECRET a stolen table can't be searched.
import { createHmac, hkdfSync } from 'node:crypto';
import type { Secret } from '@api-proxy/kit/secret';

const KEY_BYTES = 32;
const INFO = 'api-proxy relay key v1';

/** HMAC-SHA-256 of the whole text, hex. */
export type KeyHasher = (text: string) => string;

/** A hasher whose key is derived from `APP_SECRET` by HKDF-SHA-256 (RFC 5869). */
export function createKeyHasher(appSecret: Secret): KeyHasher {
  const key = Buffer.from(hkdfSync('sha256', appSecret.reveal(), '', INFO, KEY_BYTES));
  return (text) => createHmac('sha256', key).update(text, 'utf8').digest('hex');
}
