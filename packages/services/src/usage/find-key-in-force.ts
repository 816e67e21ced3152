// The holder of a relay key that may ask about it: known, in force, from an address that the key allows.
import type { Database } from '@api-proxy/db/database';
import { keys } from '@api-proxy/db/schema/keys';
import { users } from '@api-proxy/db/schema/users';
import { AppError } from '@api-proxy/kit/error';
import { and, eq, isNull } from 'drizzle-orm';
import { isAddressAllowed } from '../key/allowed-ip.ts';
import type { KeyInForce } from './read-key-usage.ts';

const REFUSALS = {
  key_unknown: { status: 401, message: 'The API key is not valid.' },
  key_disabled: { status: 401, message: 'The API key is disabled.' },
  key_expired: { status: 401, message: 'The API key has expired.' },
  user_disabled: { status: 403, message: 'The user of this API key is disabled.' },
  ip_not_allowed: { status: 403, message: 'This API key may not be used from this address.' },
} as const;

function refusal(code: keyof typeof REFUSALS): AppError {
  return new AppError({ code, ...REFUSALS[code] });
}

export type KeyQuestion = {
  /** Which key: by its keyed hash, or by its id when somebody else has checked the credential. */
  readonly by: { readonly hash: string } | { readonly id: string };
  readonly ip: string | null;
  readonly nowMs: number;
};

/** @throws AppError 401 `key_unknown` | `key_disabled` | `key_expired`, 403 `user_disabled` | `ip_not_allowed`. */
export async function findKeyInForce(db: Database, { by, ip, nowMs }: KeyQuestion): Promise<KeyInForce> {
  const [found] = await db
    .select({ key: keys, user: users })
    .from(keys)
    .innerJoin(users, eq(users.id, keys.userId))
    .where(and('hash' in by ? eq(keys.hash, by.hash) : eq(keys.id, by.id), isNull(keys.deletedAt)));
  if (!found) throw refusal('key_unknown');
  const { key, user } = found;
  if (key.status !== 'active') throw refusal('key_disabled');
  if (key.expiresAt && key.expiresAt.getTime() <= nowMs) throw refusal('key_expired');
  if (user.status !== 'active') throw refusal('user_disabled');
  if (!isAddressAllowed(key.allowedIps, ip)) throw refusal('ip_not_allowed');
  return found;
}
