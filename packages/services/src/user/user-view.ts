// A user row with balance and key count, in the shape of the contract.
import { budgetSpan } from '@api-proxy/contracts/enums';
import type { Me, User } from '@api-proxy/contracts/users';
import type { Database } from '@api-proxy/db/database';
import { budgets } from '@api-proxy/db/schema/budgets';
import { keys } from '@api-proxy/db/schema/keys';
import { users } from '@api-proxy/db/schema/users';
import { formatUsd } from '@api-proxy/kit/money';
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { formatMultiplier } from '../factor.ts';
import { quotaOf } from '../quota/window-state.ts';
import { calendarOf, STORED_TIME_ZONE } from '../settings/time-zone.ts';

const keyCount = sql<number>`(
  select count(*)::int from ${keys} where ${keys.userId} = ${users.id} and ${isNull(keys.deletedAt)})`;

type StoredQuota = { span: string; limit: string; used: string; startedMs: number | null };

/** Amounts as texts: JSON numbers would round them. */
const quotas = sql<StoredQuota[]>`(
  select coalesce(json_agg(json_build_object(
    'span', b.span, 'limit', b."limit"::text, 'used', b.used::text,
    'startedMs', floor(extract(epoch from b.window_started_at) * 1000)
  ) order by array_position(array['5h', 'day', 'week', 'month', 'total'], b.span)), '[]'::json)
  from ${budgets} b where b.owner_kind = 'user' and b.owner_id = ${users.id} and b.span <> 'balance')`;

/** Users with their balance rows; the caller adds conditions and an order. */
export function selectUsers(db: Database) {
  return db
    .select({
      user: users,
      limit: budgets.limit,
      used: budgets.used,
      keyCount,
      quotas,
      timeZone: STORED_TIME_ZONE,
    })
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

function quotasOf({ quotas: stored, timeZone }: UserRow, nowMs: number): User['quotas'] {
  if (stored.length === 0) return [];
  const calendar = calendarOf(timeZone);
  return stored.map(({ span, limit, used, startedMs }) => {
    const windowStartedAt = startedMs === null ? null : new Date(startedMs);
    const budget = {
      span: budgetSpan.parse(span),
      limit: BigInt(limit),
      used: BigInt(used),
      windowStartedAt,
    };
    return quotaOf(budget, { nowMs, calendar });
  });
}

/** @param nowMs for what is used of each window by now. */
export function meOf(row: UserRow, nowMs: number): Me {
  const { user, limit, used } = row;
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    emailVerified: user.emailVerified,
    role: user.role,
    status: user.status,
    locale: user.locale,
    limits: { rpm: user.rpm, tpm: user.tpm, maxConcurrency: user.maxConcurrency },
    quotas: quotasOf(row, nowMs),
    multiplier: formatMultiplier(user.multiplierPpm),
    balance: balanceOf({ limit, used }),
    lastSeenAt: user.lastSeenAt?.toISOString() ?? null,
    createdAt: user.createdAt.toISOString(),
  };
}

export function userOf(row: UserRow, nowMs: number): User {
  return { ...meOf(row, nowMs), note: row.user.note, keyCount: row.keyCount };
}

/** The part of a user that audit entries keep. */
export function userAudit({ user, quotas: stored }: UserRow) {
  const { name, email, role, status, note, rpm, tpm, maxConcurrency } = user;
  const multiplier = formatMultiplier(user.multiplierPpm);
  const limits = stored.map(({ span, limit }) => ({ span, limitUsd: formatUsd(BigInt(limit)) }));
  return { name, email, role, status, note, rpm, tpm, maxConcurrency, multiplier, quotas: limits };
}
