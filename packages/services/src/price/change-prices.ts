// Changes several prices in force by one rule, in one transaction: all of them or none; or only tells the outcome.
import type { ChangedPrice, changePrices as contract } from '@api-proxy/contracts/prices';
import type { Transaction } from '@api-proxy/db/database';
import { prices } from '@api-proxy/db/schema/prices';
import { AppError } from '@api-proxy/kit/error';
import { newId } from '@api-proxy/kit/id';
import { asc, inArray } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import type { Verb } from '../verb.ts';
import { changedTariff } from './change-tariff.ts';
import { currentPrices, type PriceRow, placeOf, tariffColumns, tariffOf } from './price-view.ts';

type Body = Parameters<Verb<typeof contract>>[1]['body'];
type Planned = { row: PriceRow; result: ChangedPrice };

function replaced(models: readonly string[]): AppError {
  return new AppError({
    code: 'conflict',
    status: 409,
    message: `Nothing was changed: prices in force are others by now for ${models.join(', ')}.`,
    details: { models },
  });
}

/** Locks the models' prices, so that two changes at once can't both start from the same one. */
async function lockRivals(tx: Transaction, priceIds: readonly string[]): Promise<PriceRow[]> {
  const chosen = tx.select({ model: prices.model }).from(prices).where(inArray(prices.id, priceIds));
  await tx
    .select({ id: prices.id })
    .from(prices)
    .where(inArray(prices.model, chosen))
    .orderBy(asc(prices.id))
    .for('update');
  // Read again: whoever held the locks may have set newer prices.
  return tx.select().from(prices).where(inArray(prices.model, chosen));
}

/** When a price already scheduled takes over from one that starts at `fromMs`; null: none does. */
function replacedAt(row: PriceRow, rivals: readonly PriceRow[], fromMs: number): string | null {
  const later = rivals
    .filter((rival) => placeOf(rival) === placeOf(row) && rival.withdrawnAt === null)
    .map(({ effectiveFrom }) => effectiveFrom.getTime())
    .filter((atMs) => atMs > fromMs);
  return later.length === 0 ? null : new Date(Math.min(...later)).toISOString();
}

/** @throws AppError `conflict` when one of the prices is not in force any more. */
function planned(body: Body, rivals: readonly PriceRow[], at: { nowMs: number; fromMs: number }): Planned[] {
  const current = currentPrices(rivals, at.nowMs);
  const byId = new Map([...current.values()].map((row) => [row.id, row]));
  const ids = [...new Set(body.priceIds)];
  const gone = ids.filter((id) => !byId.has(id));
  if (gone.length > 0) {
    const models = rivals.filter(({ id }) => gone.includes(id)).map(({ model }) => model);
    throw replaced(models.length > 0 ? models : gone);
  }
  return ids.flatMap((id) => {
    const row = byId.get(id);
    if (!row) return [];
    const before = tariffOf(row);
    const result = {
      priceId: id,
      model: row.model,
      channelId: row.channelId,
      before,
      after: changedTariff(before, body.change),
      replacedAt: replacedAt(row, rivals, at.fromMs),
    };
    return [{ row, result }];
  });
}

export const changePrices: Verb<typeof contract> = async (context, { body }) => {
  const actor = requireActor(context, 'admin');
  const now = new Date(context.clock.nowMs());
  const effectiveFrom = body.effectiveFrom === undefined ? now : new Date(body.effectiveFrom);
  const at = { nowMs: now.getTime(), fromMs: effectiveFrom.getTime() };
  return change(context, async ({ tx, audit, configChanged }) => {
    const plan = planned(body, await lockRivals(tx, body.priceIds), at);
    const items = plan.map(({ result }) => result);
    if (body.preview) return { items };
    const fresh = plan.map(({ row, result }) => ({
      id: newId('prc', now.getTime()),
      provider: row.provider,
      model: row.model,
      channelId: row.channelId,
      ...tariffColumns(result.after),
      effectiveFrom,
      note: body.note,
      createdBy: actor.userId,
      createdAt: now,
    }));
    await tx.insert(prices).values(fresh);
    await audit({
      action: 'price.change',
      entityKind: 'price',
      entityId: items.length === 1 ? (fresh[0]?.id ?? '') : `${items.length}`,
      before: Object.fromEntries(plan.map(({ row, result }) => [placeName(row), result.before])),
      after: {
        ...Object.fromEntries(plan.map(({ row, result }) => [placeName(row), result.after])),
        effectiveFrom: effectiveFrom.toISOString(),
        note: body.note,
      },
    });
    await configChanged();
    return { items };
  });
};

function placeName({ model, channelId }: PriceRow): string {
  return channelId === null ? model : `${model} @ ${channelId}`;
}
