// Makes callers of the keys of credentials' hashes and the users they belong to.
import type { OwnedKey } from '@api-proxy/db/owned-keys';
import type { Caller, Limits } from '@api-proxy/gateway/ports';
import { Gather } from '@api-proxy/kit/gather';

const MOST_AT_ONCE = 64;
const QUESTIONS_AT_ONCE = 2;

/** Null for a hash that no key (that wasn't deleted) has. What is asked for at the same time is read by one statement. */
export function callerReader(
  read: (hashes: readonly string[]) => Promise<readonly OwnedKey[]>,
): (credentialHash: string) => Promise<Caller | null> {
  const gather = new Gather<string, Caller | null>({
    ask: async (hashes) => {
      const found = await read(hashes);
      const callers = new Map(found.map((row) => [row.key.hash, callerOf(row)]));
      return hashes.map((hash) => callers.get(hash) ?? null);
    },
    most: MOST_AT_ONCE,
    atOnce: QUESTIONS_AT_ONCE,
  });
  return (credentialHash) => gather.get(credentialHash);
}

function callerOf({ key, user }: OwnedKey): Caller {
  const { id, name, status, allowedModels, allowedIps } = key;
  const expiresAtMs = key.expiresAt?.getTime() ?? null;
  return {
    user: {
      ...{ id: user.id, role: user.role, status: user.status, multiplierPpm: user.multiplierPpm },
      limits: limitsOf(user),
    },
    key: { id, name, status, expiresAtMs, allowedModels, allowedIps, limits: limitsOf(key) },
  };
}

type LimitColumns = { rpm: number | null; tpm: number | null; maxConcurrency: number | null };

function limitsOf({ rpm, tpm, maxConcurrency }: LimitColumns): Limits | null {
  if (rpm === null && tpm === null && maxConcurrency === null) return null;
  return { rpm, tpm, concurrency: maxConcurrency };
}
