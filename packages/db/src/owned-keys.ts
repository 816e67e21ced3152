// Keys with the users they belong to, by one statement whose text is made once: making it anew costs more than asking.
import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { keys, users } from './schema/all.ts';

export type OwnedKey = {
  readonly key: typeof keys.$inferSelect;
  readonly user: typeof users.$inferSelect;
};

/** @returns reads the keys that have one of these hashes of their credentials and weren't deleted. */
export function ownedKeys(db: Database): (hashes: readonly string[]) => Promise<OwnedKey[]> {
  const statement = db
    .select({ key: keys, user: users })
    .from(keys)
    .innerJoin(users, eq(users.id, keys.userId))
    .where(and(sql`${keys.hash} = any(${sql.placeholder('hashes')})`, isNull(keys.deletedAt)))
    // Without a name at the server: not every pooler in front of a database, nor the embedded one's, knows names.
    .prepare('');
  return (hashes) => statement.execute({ hashes });
}
