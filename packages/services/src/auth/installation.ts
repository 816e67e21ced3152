// Who owns the installation, and whether others may still register.
import type { Database } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { installation } from '@api-proxy/db/schema/installation';
import { sql } from 'drizzle-orm';
import { readSettings } from '../settings/read-settings.ts';

/** True until the first user has registered. */
export async function isSetupNeeded(db: Database): Promise<boolean> {
  const rows = await db.select({ id: installation.id }).from(installation);
  return rows.length === 0;
}

/** The setting `registrationOpen`; the first user can always register. */
export async function isRegistrationOpen(db: Database): Promise<boolean> {
  const { registrationOpen } = await readSettings(db);
  return registrationOpen || (await isSetupNeeded(db));
}

/**
 * Makes this user the super admin if nobody owns the installation yet: one statement, so of two that run
 * at once exactly one takes the single row.
 * @returns whether this user is the owner now.
 */
export async function claimInstallation(db: Database, userId: string): Promise<boolean> {
  const rows = rowsOf(
    await db.execute(sql`
      with claimed as (
        insert into installation (id, owner_user_id) values (1, ${userId})
        on conflict (id) do nothing
        returning owner_user_id
      )
      update users set role = 'super_admin' from claimed
      where users.id = claimed.owner_user_id
      returning users.id`),
  );
  return rows.length > 0;
}
