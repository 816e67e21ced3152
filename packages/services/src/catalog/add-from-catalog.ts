// Adds models of the built-in list with their official prices; what exists keeps its local edits.
import type { addFromCatalog as contract } from '@api-proxy/contracts/models';
import type { Transaction } from '@api-proxy/db/database';
import { models } from '@api-proxy/db/schema/models';
import { prices } from '@api-proxy/db/schema/prices';
import { newId } from '@api-proxy/kit/id';
import { inArray } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import { change } from '../change.ts';
import { invalidInput } from '../failure.ts';
import { currentPrices, placeOf, tariffColumns } from '../price/price-view.ts';
import type { Verb } from '../verb.ts';
import { type BuiltInModel, builtInCatalog } from './built-in.ts';

function entriesFor(names: readonly string[]): BuiltInModel[] {
  const byName = new Map(builtInCatalog().models.map((entry) => [entry.name, entry]));
  return [...new Set(names)].map((name) => {
    const entry = byName.get(name);
    if (!entry) throw invalidInput('body.names', `${name} is not in the built-in list`);
    return entry;
  });
}

async function addModels(tx: Transaction, entries: readonly BuiltInModel[], now: Date): Promise<number> {
  const rows = entries.map(({ tariff: _tariff, releasedOn: _releasedOn, ...fields }) => ({
    ...fields,
    id: newId('mdl', now.getTime()),
    source: 'catalog' as const,
    createdAt: now,
    updatedAt: now,
  }));
  const added = await tx
    .insert(models)
    .values(rows)
    .onConflictDoNothing({ target: models.name })
    .returning({ id: models.id });
  return added.length;
}

type PriceAct = { now: Date; actorUserId: string; source: string };

/** Only for models that have no general price now. */
async function addPrices(tx: Transaction, entries: readonly BuiltInModel[], act: PriceAct): Promise<number> {
  const { now } = act;
  const names = entries.map(({ name }) => name);
  const known = await tx.select().from(prices).where(inArray(prices.model, names));
  const current = currentPrices(known, now.getTime());
  const rows = entries
    .filter(({ name }) => !current.has(placeOf({ model: name, channelId: null })))
    .map(({ name, provider, tariff }) => ({
      id: newId('prc', now.getTime()),
      provider,
      model: name,
      ...tariffColumns(tariff),
      effectiveFrom: now,
      source: 'catalog' as const,
      note: act.source,
      createdBy: act.actorUserId,
      createdAt: now,
    }));
  if (rows.length > 0) await tx.insert(prices).values(rows);
  return rows.length;
}

export const addFromCatalog: Verb<typeof contract> = async (context, { body }) => {
  const actor = requireActor(context, 'admin');
  const entries = entriesFor(body.names);
  const now = new Date(context.clock.nowMs());
  const { source } = builtInCatalog();
  return change(context, async ({ tx, audit, configChanged }) => {
    const added = await addModels(tx, entries, now);
    const act = { now, actorUserId: actor.userId, source };
    const priced = body.withPrices ? await addPrices(tx, entries, act) : 0;
    const after = { names: entries.map(({ name }) => name), models: added, prices: priced };
    await audit({ action: 'catalog.add', entityKind: 'catalog', entityId: 'built-in', before: null, after });
    await configChanged();
    return { models: added, prices: priced };
  });
};
