// The settings in force, out of the table of those that somebody changed.
import { type SettingName, type Settings, settingsOf } from '@api-proxy/contracts/settings';
import type { Database, Transaction } from '@api-proxy/db/database';
import { settings } from '@api-proxy/db/schema/settings';
import { sql } from 'drizzle-orm';

/**
 * Every setting; what is not stored, or is damaged, has its initial value. Values are read as texts: the column's own
 * decoder reads a JSON text like "2.5" once more and makes a number of it.
 * @param onDamaged told of each stored value that is none.
 */
export async function readSettings(
  db: Database | Transaction,
  onDamaged?: (name: SettingName) => void,
): Promise<Settings> {
  const rows = await db
    .select({ name: settings.name, json: sql<string>`${settings.value}::text` })
    .from(settings);
  return settingsOf(
    rows.map(({ name, json }) => ({ name, value: JSON.parse(json) })),
    onDamaged,
  );
}
