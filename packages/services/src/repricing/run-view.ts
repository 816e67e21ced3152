// Re-pricing runs in the shape of the contract, with the names of today.
import type { Repricing, RepricingUser } from '@api-proxy/contracts/finance';
import type { Database } from '@api-proxy/db/database';
import { budgets } from '@api-proxy/db/schema/budgets';
import { channels } from '@api-proxy/db/schema/channels';
import { keys } from '@api-proxy/db/schema/keys';
import { repricingUsers } from '@api-proxy/db/schema/repricing-users';
import { repricings } from '@api-proxy/db/schema/repricings';
import { users } from '@api-proxy/db/schema/users';
import { formatUsd } from '@api-proxy/kit/money';
import { and, desc, eq, sql } from 'drizzle-orm';
import { notFound } from '../failure.ts';

const partsOf = (condition: ReturnType<typeof sql>) =>
  sql<number>`(select count(*)::int from ${repricingUsers} u where u.run_id = ${repricings.id} and u.changed_rows > 0 ${condition})`;

/** The caller adds conditions and an order. */
export function selectRuns(db: Database) {
  return db
    .select({
      run: repricings,
      channelName: channels.name,
      userName: users.name,
      keyName: keys.name,
      users: partsOf(sql``),
      bookedUsers: partsOf(sql`and u.booked_at is not null`),
    })
    .from(repricings)
    .leftJoin(channels, eq(channels.id, repricings.channelId))
    .leftJoin(users, eq(users.id, repricings.userId))
    .leftJoin(keys, eq(keys.id, repricings.keyId))
    .$dynamic();
}

type RunRow = Awaited<ReturnType<typeof selectRuns>>[number];

function progressOf({ state, fromAt, toAt, cursorAt }: RunRow['run']): number {
  if (state !== 'counting') return 1;
  if (cursorAt === null) return 0;
  return (cursorAt.getTime() - fromAt.getTime()) / (toAt.getTime() - fromAt.getTime());
}

export function runOf(row: RunRow): Repricing {
  const { run } = row;
  return {
    id: run.id,
    state: run.state,
    from: run.fromAt.toISOString(),
    to: run.toAt.toISOString(),
    model: run.model,
    channelId: run.channelId,
    channelName: row.channelName,
    userId: run.userId,
    userName: row.userName,
    keyId: run.keyId,
    keyName: row.keyName,
    chargeUnpriced: run.chargeUnpriced,
    note: run.note,
    pricesAsOf: run.pricesAsOf.toISOString(),
    progress: progressOf(run),
    rows: run.rows,
    changedRows: run.changedRows,
    unpricedRows: run.unpricedRows,
    oldCostUsd: formatUsd(run.oldCost),
    newCostUsd: formatUsd(run.newCost),
    differenceUsd: formatUsd(run.newCost - run.oldCost),
    users: row.users,
    bookedUsers: row.bookedUsers,
    createdByName: run.createdByName,
    createdAt: run.createdAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString() ?? null,
  };
}

/** One run by its id. @throws AppError `not_found`. */
export async function findRun(db: Database, runId: string): Promise<Repricing> {
  const [row] = await selectRuns(db).where(eq(repricings.id, runId));
  if (!row) throw notFound('re-pricing');
  return runOf(row);
}

/** The users for whom a run changes most, with their balance before and after. */
export async function largestParts(db: Database, runId: string, limit: number): Promise<RepricingUser[]> {
  const rows = await db
    .select({ part: repricingUsers, name: users.name, limit: budgets.limit, used: budgets.used })
    .from(repricingUsers)
    .leftJoin(users, eq(users.id, repricingUsers.userId))
    .leftJoin(
      budgets,
      and(
        eq(budgets.ownerKind, 'user'),
        eq(budgets.ownerId, repricingUsers.userId),
        eq(budgets.span, 'balance'),
      ),
    )
    .where(and(eq(repricingUsers.runId, runId), sql`${repricingUsers.changedRows} > 0`))
    .orderBy(desc(sql`abs(${repricingUsers.newCost} - ${repricingUsers.oldCost})`), repricingUsers.userId)
    .limit(limit);
  return rows.map(({ part, name, limit: granted, used }) => {
    const balance = (granted ?? 0n) - (used ?? 0n);
    const difference = part.newCost - part.oldCost;
    return {
      userId: part.userId,
      // A deleted user has no name any more.
      userName: name ?? part.userId,
      rows: part.rows,
      changedRows: part.changedRows,
      oldCostUsd: formatUsd(part.oldCost),
      newCostUsd: formatUsd(part.newCost),
      differenceUsd: formatUsd(difference),
      balanceUsd: formatUsd(balance),
      balanceAfterUsd: formatUsd(part.bookedAt ? balance : balance - difference),
      bookedAt: part.bookedAt?.toISOString() ?? null,
    };
  });
}
