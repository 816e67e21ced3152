// A user row with balance and key count, in the shape of the contract.
import type { Me, User } from '@api-proxy/contracts/users';
import type { Database } from '@api-proxy/db/database';
import { budgets } from '@api-proxy/db/schema/budgets';
import { keys } from '@api-proxy/db/schema/keys';
import { users } from '@api-proxy/db/schema/users';
import { formatUsd } from '@api-proxy/kit/money';
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { formatMultiplier } from '../factor.ts';

const keyCount = sql<number>`(
  select count(*)::int from ${keys} where ${keys.userId} = ${users.id} and ${isNull(keys.deletedAt)})`;

/** Users with their balance rows; the caller adds conditions and an order. */
export function selectUsers(db: Database) {
  return db
    .select({ user: users, limit: budgets.limit, used: budgets.used, keyCount })
    .from(users)
    .leftJoin(
      budgets,
      and(eq(budgets.ownerKind, 'user'), eq(budgets.ownerId, users.id), eq(budgets.span, 'balance')),
    )
    .$dynamic();
}

export type UserRow = Awaited<ReturnType<typeof selectUsers>>[number];

/** The one user that `where` names. */
export async function findUser(db: Database, where: SQL): Promise<UserRow | undefined> {
  const [row] = await selectUsers(db).where(where);
  return row;
}

/** Amounts in nano-USD; a null limit means that there is no quota record. */
export function balanceOf({ limit, used }: { limit: bigint | null; used: bigint | null }): User['balance'] {
  if (limit === null || used === null) return { quotaUsd: null, usedUsd: '0', remainingUsd: null };
  return { quotaUsd: formatUsd(limit), usedUsd: formatUsd(used), remainingUsd: formatUsd(limit - used) };
}

export function meOf({ user, limit, used }: UserRow): Me {
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    emailVerified: user.emailVerified,
    role: user.role,
    status: user.status,
    locale: user.locale,
    limits: { rpm: user.rpm, tpm: user.tpm, maxConcurrency: user.maxConcurrency },
    multiplier: formatMultiplier(user.multiplierPpm),
    balance: balanceOf({ limit, used }),
    lastSeenAt: user.lastSeenAt?.toISOString() ?? null,
    createdAt: user.createdAt.toISOString(),
  };
}

export function userOf(row: UserRow): User {
  return { ...meOf(row), note: row.user.note, keyCount: row.keyCount };
}

/** The part of a user that audit entries keep. */
export function userAudit({ user }: UserRow) {
  const { name, email, role, status, note, rpm, tpm, maxConcurrency } = user;
  const multiplier = formatMultiplier(user.multiplierPpm);
  return { name, email, role, status, note, rpm, tpm, maxConcurrency, multiplier };
}
