// Encrypts what must be used again in clear (upstream keys, passwords of services): AES-256-GCM, with the key's version in the text.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from '@api-proxy/kit/error';
import { Secret } from '@api-proxy/kit/secret';

const KEY_ID = 'v1';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const INFO = 'api-proxy vault v1';

export type Vault = {
  /** Gives `v1.<iv>.<ciphertext and tag>`, base64url; two calls never give the same text. */
  seal(secret: Secret): string;
  /** @throws AppError `unreadable_secret` when the text was altered, or sealed with another APP_SECRET. */
  open(sealed: string): Secret;
};

/** A vault whose key is derived from `APP_SECRET` by HKDF-SHA-256 (RFC 5869). */
export function createVault(appSecret: Secret): Vault {
  const key = Buffer.from(hkdfSync('sha256', appSecret.reveal(), '', INFO, KEY_BYTES));
  return {
    seal(secret) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      // The version is authenticated with the text, so it can't be swapped for another.
      cipher.setAAD(Buffer.from(KEY_ID));
      const body = Buffer.concat([
        cipher.update(secret.reveal(), 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return `${KEY_ID}.${iv.toString('base64url')}.${body.toString('base64url')}`;
    },
    open(sealed) {
      try {
        return new Secret(decrypt(sealed, key));
      } catch (cause) {
        throw new AppError({
          code: 'unreadable_secret',
          status: 500,
          message: "A stored secret can't be read: it was made with another APP_SECRET, or altered.",
          cause,
        });
      }
    },
  };
}

function decrypt(sealed: string, key: Buffer): string {
  const [version, iv = '', text = ''] = sealed.split('.');
  if (version !== KEY_ID) throw new Error(`unknown key version ${version}`);
  const body = Buffer.from(text, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(version));
  decipher.setAuthTag(body.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
}
