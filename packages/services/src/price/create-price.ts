// Sets a price from now, or from a date on; the older ones stay as history.
import type { createPrice as contract } from '@api-proxy/contracts/prices';
import type { Database } from '@api-proxy/db/database';
import { channels } from '@api-proxy/db/schema/channels';
import { models } from '@api-proxy/db/schema/models';
import { prices } from '@api-proxy/db/schema/prices';
import { newId } from '@api-proxy/kit/id';
import { and, eq, isNull } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { invalidInput } from '../failure.ts';
import type { Verb } from '../verb.ts';
import { currentPrices, priceOf, tariffColumns } from './price-view.ts';

const UNKNOWN_PROVIDER = 'other';

async function providerOf(db: Database, model: string): Promise<string> {
  const [row] = await db.select({ provider: models.provider }).from(models).where(eq(models.name, model));
  return row?.provider ?? UNKNOWN_PROVIDER;
}

async function checkChannel(db: Database, channelId: string | null): Promise<void> {
  if (channelId === null) return;
  const found = await db
    .select({ id: channels.id })
    .from(channels)
    .where(and(eq(channels.id, channelId), isNull(channels.deletedAt)));
  if (found.length === 0) throw invalidInput('body.channelId', 'there is no such channel');
}

export const createPrice: Verb<typeof contract> = async (context, { body }) => {
  const actor = requireActor(context, 'admin');
  const now = new Date(context.clock.nowMs());
  return change(context, async ({ tx, audit, configChanged }) => {
    await checkChannel(tx, body.channelId);
    const [row] = await tx
      .insert(prices)
      .values({
        id: newId('prc', now.getTime()),
        provider: body.provider || (await providerOf(tx, body.model)),
        model: body.model,
        channelId: body.channelId,
        ...tariffColumns(body.tariff),
        effectiveFrom: body.effectiveFrom === undefined ? now : new Date(body.effectiveFrom),
        note: body.note,
        createdBy: actor.userId,
        createdAt: now,
      })
      .returning();
    if (!row) throw new Error('the price that was just made is gone');
    const rivals = await tx.select().from(prices).where(eq(prices.model, body.model));
    const created = priceOf(row, currentPrices(rivals, now.getTime()), now.getTime());
    await audit({
      action: 'price.create',
      entityKind: 'price',
      entityId: row.id,
      before: null,
      after: created,
    });
    await configChanged();
    return created;
  });
};
