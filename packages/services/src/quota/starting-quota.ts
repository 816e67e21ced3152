// What every new user begins with: the setting `newUserQuotaUsd`, as a grant in the ledger.
import type { Transaction } from '@api-proxy/db/database';
import { parsedUsd } from '../money-input.ts';
import { readSettings } from '../settings/read-settings.ts';
import { type Opening, openBalance } from './balance.ts';

/** Gives a new user the starting quota; with a quota of zero there is no balance, as before the first grant. */
export async function grantStartingQuota(tx: Transaction, opening: Omit<Opening, 'amount'>): Promise<void> {
  const amount = parsedUsd((await readSettings(tx)).newUserQuotaUsd);
  if (amount > 0n) await openBalance(tx, { ...opening, amount });
}
