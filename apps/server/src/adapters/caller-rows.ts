// Reads a caller from the database: the key of a credential's hash and the user it belongs to.
import type { Database } from '@api-proxy/db/database';
import type { Caller, Limits } from '@api-proxy/gateway/ports';

/** Null when no key (that wasn't deleted) has this hash. */
export async function readCaller(db: Database, credentialHash: string): Promise<Caller | null> {
  const key = await db.query.keys.findFirst({
    where: (row, { and, eq, isNull }) => and(eq(row.hash, credentialHash), isNull(row.deletedAt)),
  });
  if (!key) return null;
  const user = await db.query.users.findFirst({ where: (row, { eq }) => eq(row.id, key.userId) });
  if (!user) return null;
  return {
    user: {
      id: user.id,
      role: user.role,
      status: user.status,
      multiplierPpm: user.multiplierPpm,
      limits: limitsOf(user),
    },
    key: {
      id: key.id,
      name: key.name,
      status: key.status,
      expiresAtMs: key.expiresAt?.getTime() ?? null,
      allowedModels: key.allowedModels,
      allowedIps: key.allowedIps,
      limits: limitsOf(key),
    },
  };
}

type LimitColumns = { rpm: number | null; tpm: number | null; maxConcurrency: number | null };

function limitsOf({ rpm, tpm, maxConcurrency }: LimitColumns): Limits | null {
  if (rpm === null && tpm === null && maxConcurrency === null) return null;
  return { rpm, tpm, concurrency: maxConcurrency };
}
