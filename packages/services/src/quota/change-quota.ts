// Grants quota or takes it back: the balance and its ledger entry in one transaction.
import type { changeQuota as contract } from '@api-proxy/contracts/users';
import { budgets } from '@api-proxy/db/schema/budgets';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { AppError } from '@api-proxy/kit/error';
import { newId } from '@api-proxy/kit/id';
import { formatUsd, type NanoUsd } from '@api-proxy/kit/money';
import { eq, sql } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { parsedUsd } from '../money-input.ts';
import { lockUser } from '../user/guard-user.ts';
import { balanceOf } from '../user/user-view.ts';
import type { Verb } from '../verb.ts';
import { lockBalance } from './balance.ts';

/** What is neither used nor set aside for requests under way. */
function takeable(row: { limit: bigint; used: bigint; leased: bigint }): NanoUsd {
  const free = row.limit - row.used - row.leased;
  return free > 0n ? free : 0n;
}

function tooMuch(free: NanoUsd): AppError {
  const takeableUsd = formatUsd(free);
  return new AppError({
    code: 'conflict',
    status: 409,
    message: `No more than ${takeableUsd} USD can be taken back: the rest is used, or set aside for requests under way.`,
    details: { takeableUsd },
  });
}

export const changeQuota: Verb<typeof contract> = async (context, { params, body }) => {
  const actor = requireActor(context, 'admin');
  const amount = parsedUsd(body.amountUsd);
  const now = new Date(context.clock.nowMs());
  return change(context, async ({ tx, audit, callerChanged }) => {
    await lockUser(tx, actor, params.userId);
    const row = await lockBalance(tx, params.userId, now);
    if (amount < 0n && takeable(row) < -amount) throw tooMuch(takeable(row));
    const limit = row.limit + amount;
    await tx
      .update(budgets)
      .set({ limit: sql`${budgets.limit} + ${amount}`, updatedAt: now })
      .where(eq(budgets.id, row.id));
    await tx.insert(ledgerEntries).values({
      userId: params.userId,
      kind: amount > 0n ? 'grant' : 'adjust',
      reference: newId('led', now.getTime()),
      amount,
      balanceAfter: limit - row.used,
      note: body.note,
      actorUserId: actor.userId,
      createdAt: now,
    });
    const after = balanceOf({ limit, used: row.used });
    await audit({
      action: 'quota.change',
      entityKind: 'user',
      entityId: params.userId,
      before: balanceOf(row),
      after: { ...after, amountUsd: formatUsd(amount), note: body.note },
    });
    callerChanged(params.userId);
    return after;
  });
};
