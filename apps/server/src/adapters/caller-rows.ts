// Reads callers from the database: the keys of credentials' hashes and the users they belong to.
import type { Database } from '@api-proxy/db/database';
import type { Caller, Limits } from '@api-proxy/gateway/ports';
import { Gather } from '@api-proxy/kit/gather';

const MOST_AT_ONCE = 64;
const QUESTIONS_AT_ONCE = 2;

/** Null for a hash that no key (that wasn't deleted) has. What is asked for at the same time is read by one statement. */
export function callerReader(db: Database): (credentialHash: string) => Promise<Caller | null> {
  const gather = new Gather<string, Caller | null>({
    ask: (hashes) => readCallers(db, hashes),
    most: MOST_AT_ONCE,
    atOnce: QUESTIONS_AT_ONCE,
  });
  return (credentialHash) => gather.get(credentialHash);
}

async function readCallers(db: Database, hashes: readonly string[]): Promise<(Caller | null)[]> {
  const keys = await db.query.keys.findMany({
    where: (row, { and, inArray, isNull }) => and(inArray(row.hash, [...hashes]), isNull(row.deletedAt)),
  });
  const userIds = [...new Set(keys.map(({ userId }) => userId))];
  const users = await readUsers(db, userIds);
  const callers = new Map(
    keys.map((key) => {
      const user = users.get(key.userId);
      return [key.hash, user ? callerOf(key, user) : null];
    }),
  );
  return hashes.map((hash) => callers.get(hash) ?? null);
}

type Owner = Caller['user'];

async function readUsers(db: Database, ids: readonly string[]): Promise<Map<string, Owner>> {
  if (ids.length === 0) return new Map();
  const users = await db.query.users.findMany({ where: (row, { inArray }) => inArray(row.id, [...ids]) });
  return new Map(
    users.map((user) => {
      const { id, role, status, multiplierPpm } = user;
      return [id, { id, role, status, multiplierPpm, limits: limitsOf(user) }];
    }),
  );
}

type KeyRow = LimitColumns &
  Pick<Caller['key'], 'id' | 'name' | 'status'> & {
    readonly expiresAt: Date | null;
    readonly allowedModels: string[];
    readonly allowedIps: string[];
  };

function callerOf(key: KeyRow, user: Owner): Caller {
  const { id, name, status, allowedModels, allowedIps } = key;
  const expiresAtMs = key.expiresAt?.getTime() ?? null;
  return { user, key: { id, name, status, expiresAtMs, allowedModels, allowedIps, limits: limitsOf(key) } };
}

type LimitColumns = { rpm: number | null; tpm: number | null; maxConcurrency: number | null };

function limitsOf({ rpm, tpm, maxConcurrency }: LimitColumns): Limits | null {
  if (rpm === null && tpm === null && maxConcurrency === null) return null;
  return { rpm, tpm, concurrency: maxConcurrency };
}
