// What a relay key used, and what is left of every limit that holds for it: one answer for both addresses.
import { budgetSpan } from '@api-proxy/contracts/enums';
import type { KeyUsage, UsageRange } from '@api-proxy/contracts/usage';
import type { Database } from '@api-proxy/db/database';
import { budgets } from '@api-proxy/db/schema/budgets';
import type { keys } from '@api-proxy/db/schema/keys';
import type { users } from '@api-proxy/db/schema/users';
import { formatUsd } from '@api-proxy/kit/money';
import { createZoneReader } from '@api-proxy/kit/window';
import { and, eq, or } from 'drizzle-orm';
import type { ServicePorts } from '../context.ts';
import { type Moment, quotaOf } from '../quota/window-state.ts';
import { readSettings } from '../settings/read-settings.ts';
import { keySums, rangeStartMs } from './key-sums.ts';

/** A key that is in force, with its user. */
export type KeyInForce = { readonly key: typeof keys.$inferSelect; readonly user: typeof users.$inferSelect };

type Budget = typeof budgets.$inferSelect;

async function budgetsOf(db: Database, { key, user }: KeyInForce): Promise<Budget[]> {
  return db
    .select()
    .from(budgets)
    .where(
      or(
        and(eq(budgets.ownerKind, 'user'), eq(budgets.ownerId, user.id)),
        and(eq(budgets.ownerKind, 'key'), eq(budgets.ownerId, key.id)),
      ),
    )
    .orderBy(budgets.ownerKind, budgets.createdAt, budgets.id);
}

function balanceOf(rows: readonly Budget[]): KeyUsage['balance'] {
  const row = rows.find(({ ownerKind, span }) => ownerKind === 'user' && span === 'balance');
  if (!row) return null;
  const amounts = { quotaUsd: formatUsd(row.limit), usedUsd: formatUsd(row.used) };
  return { ...amounts, remainingUsd: formatUsd(row.limit - row.used) };
}

function windowsOf(rows: readonly Budget[], moment: Moment): KeyUsage['windows'] {
  return rows.flatMap((row) => {
    const span = budgetSpan.safeParse(row.span);
    if (!span.success) return [];
    const quota = quotaOf({ ...row, span: span.data }, moment);
    const used = quota.usedUsd === '0' ? 0n : row.used;
    const left = row.limit > used ? row.limit - used : 0n;
    return [{ scope: row.ownerKind, ...quota, remainingUsd: formatUsd(left) }];
  });
}

type Ports = Pick<ServicePorts, 'db' | 'clock' | 'ratesNow'>;

/** @throws what the driver throws. */
export async function readKeyUsage(ports: Ports, holder: KeyInForce, range: UsageRange): Promise<KeyUsage> {
  const { db, clock } = ports;
  const { key, user } = holder;
  const nowMs = clock.nowMs();
  const { timeZone } = await readSettings(db);
  const calendar = createZoneReader()(timeZone);
  const fromMs = rangeStartMs(range, nowMs, calendar);
  const asked = { userId: user.id, keyId: key.id, fromMs, nowMs, timeZone };
  const [sums, rows, rates] = await Promise.all([
    keySums(db, asked),
    budgetsOf(db, holder),
    ports.ratesNow.of(holder),
  ]);
  return {
    key: {
      name: key.name,
      prefix: key.prefix,
      state: 'active',
      expiresAt: key.expiresAt?.toISOString() ?? null,
    },
    range,
    from: new Date(fromMs).toISOString(),
    to: new Date(nowMs).toISOString(),
    timeZone,
    ...sums,
    balance: balanceOf(rows),
    windows: windowsOf(rows, { nowMs, calendar }),
    rates: rates.map(({ resetsAtMs, ...rate }) => ({
      ...rate,
      resetsAt: resetsAtMs === null ? null : new Date(resetsAtMs).toISOString(),
    })),
  };
}
