// Models with the price in force and the channels that accept them, in the shape of the contract.
import type { Model } from '@api-proxy/contracts/models';
import type { Database } from '@api-proxy/db/database';
import type { models } from '@api-proxy/db/schema/models';
import { prices } from '@api-proxy/db/schema/prices';
import { inArray } from 'drizzle-orm';
import { currentPrices, placeOf, priceOf } from '../price/price-view.ts';
import { accepts, loadChannelNames } from './known-names.ts';

export type ModelRow = typeof models.$inferSelect;

/** Completes rows by two more queries, whatever their number. */
export async function modelsOf(db: Database, rows: readonly ModelRow[], nowMs: number): Promise<Model[]> {
  if (rows.length === 0) return [];
  const names = rows.map(({ name }) => name);
  const priceRows = await db.select().from(prices).where(inArray(prices.model, names));
  const current = currentPrices(priceRows, nowMs);
  const channels = (await loadChannelNames(db)).filter(({ enabled }) => enabled);
  return rows.map((row) => {
    const price = current.get(placeOf({ model: row.name, channelId: null }));
    return {
      ...row,
      price: price ? priceOf(price, current, nowMs) : null,
      channelCount: channels.filter((channel) => accepts(channel, row.name)).length,
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
    };
  });
}

export async function modelOf(db: Database, row: ModelRow, nowMs: number): Promise<Model> {
  const [model] = await modelsOf(db, [row], nowMs);
  if (!model) throw new Error(`model ${row.id} is gone`);
  return model;
}

/** The part of a model that audit entries keep. */
export function modelAudit(row: ModelRow) {
  const { createdAt: _created, updatedAt: _updated, id: _id, ...kept } = row;
  return kept;
}
