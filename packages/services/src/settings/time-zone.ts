// The zone of the spending windows, for what is shown of them.
import { settingsCatalogue } from '@api-proxy/contracts/settings';
import { createZoneReader } from '@api-proxy/kit/window';
import { type SQL, sql } from 'drizzle-orm';

/** A column that tells the stored zone beside every row, so that it costs no query of its own; null: none is stored. */
export const STORED_TIME_ZONE: SQL<unknown> = sql`(select value from settings where name = 'timeZone')`;

/** The calendar of a stored zone; of the initial one where none, or no zone, is stored. */
export function calendarOf(stored: unknown): Intl.DateTimeFormat {
  const { schema, initial } = settingsCatalogue.timeZone;
  const parsed = schema.safeParse(stored);
  return createZoneReader()(parsed.success ? parsed.data : initial);
}
