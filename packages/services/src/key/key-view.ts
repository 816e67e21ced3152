// Key rows with their quotas and what was spent with them, in the shape of the contract. Never the secret: it is not stored.
import { budgetSpan } from '@api-proxy/contracts/enums';
import type { Key } from '@api-proxy/contracts/keys';
import type { Database } from '@api-proxy/db/database';
import { budgets } from '@api-proxy/db/schema/budgets';
import { keys } from '@api-proxy/db/schema/keys';
import { usageByHour } from '@api-proxy/db/schema/usage-by-hour';
import { users } from '@api-proxy/db/schema/users';
import { formatUsd } from '@api-proxy/kit/money';
import { and, eq, inArray, isNull, sum } from 'drizzle-orm';
import { quotaOf } from '../quota/window-state.ts';
import { readSettings } from '../settings/read-settings.ts';
import { calendarOf } from '../settings/time-zone.ts';

/** Keys that are not deleted, with their owner; the caller adds conditions and an order. */
export function selectKeys(db: Database) {
  return db
    .select({ key: keys, userName: users.name, userRole: users.role })
    .from(keys)
    .innerJoin(users, eq(users.id, keys.userId))
    .$dynamic();
}

export type KeyRow = Awaited<ReturnType<typeof selectKeys>>[number];

export async function findKey(db: Database, keyId: string): Promise<KeyRow | undefined> {
  const [row] = await selectKeys(db).where(and(eq(keys.id, keyId), isNull(keys.deletedAt)));
  return row;
}

type Extras = { quotas: Map<string, Key['quotas']>; used: Map<string, bigint> };

async function extrasOf(db: Database, rows: readonly KeyRow[], nowMs: number): Promise<Extras> {
  const ids = rows.map(({ key }) => key.id);
  const owners = [...new Set(rows.map(({ key }) => key.userId))];
  // One after the other: inside a transaction there is one connection.
  const { timeZone } = await readSettings(db);
  const limits = await db
    .select()
    .from(budgets)
    .where(and(eq(budgets.ownerKind, 'key'), inArray(budgets.ownerId, ids)))
    .orderBy(budgets.createdAt, budgets.id);
  const sums = await db
    .select({ keyId: usageByHour.keyId, cost: sum(usageByHour.cost) })
    .from(usageByHour)
    .where(and(inArray(usageByHour.userId, owners), inArray(usageByHour.keyId, ids)))
    .groupBy(usageByHour.keyId);
  const calendar = calendarOf(timeZone);
  const quotas = new Map<string, Key['quotas']>();
  for (const budget of limits) {
    const span = budgetSpan.safeParse(budget.span);
    if (!span.success) continue;
    const quota = quotaOf({ ...budget, span: span.data }, { nowMs, calendar });
    quotas.set(budget.ownerId, [...(quotas.get(budget.ownerId) ?? []), quota]);
  }
  return { quotas, used: new Map(sums.map(({ keyId, cost }) => [keyId, BigInt(cost ?? 0)])) };
}

/** Completes rows by two more queries, whatever their number. */
export async function keysOf(db: Database, rows: readonly KeyRow[], nowMs: number): Promise<Key[]> {
  if (rows.length === 0) return [];
  const { quotas, used } = await extrasOf(db, rows, nowMs);
  return rows.map(({ key, userName }) => ({
    id: key.id,
    userId: key.userId,
    userName,
    name: key.name,
    prefix: key.prefix,
    lastFour: key.lastFour,
    status: key.status,
    expiresAt: key.expiresAt?.toISOString() ?? null,
    rpm: key.rpm,
    tpm: key.tpm,
    maxConcurrency: key.maxConcurrency,
    allowedModels: key.allowedModels,
    allowedIps: key.allowedIps,
    quotas: quotas.get(key.id) ?? [],
    usedUsd: formatUsd(used.get(key.id) ?? 0n),
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    createdAt: key.createdAt.toISOString(),
  }));
}

/** One key by its id. @throws when it is not there. */
export async function keyOf(db: Database, keyId: string, nowMs: number): Promise<Key> {
  const row = await findKey(db, keyId);
  const [key] = row ? await keysOf(db, [row], nowMs) : [];
  if (!key) throw new Error(`key ${keyId} is gone`);
  return key;
}

/** The part of a key that audit entries keep. */
export function keyAudit(key: Key) {
  const {
    usedUsd: _used,
    lastUsedAt: _lastUsed,
    userName: _userName,
    createdAt: _created,
    quotas,
    ...kept
  } = key;
  return { ...kept, quotas: quotas.map(({ span, limitUsd }) => ({ span, limitUsd })) };
}
