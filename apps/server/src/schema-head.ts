// Brings the database to this program's schema at start, and refuses one that is too far ahead.
import { migrate, migrationState } from '@api-proxy/db/migrate';
import { openDatabase } from '@api-proxy/db/open';
import { AppError, messageOf } from '@api-proxy/kit/error';
import type { Secret } from '@api-proxy/kit/secret';

/** A program runs on its own schema and on the next one (during a rolling upgrade), not on later ones. */
const AHEAD_AT_MOST = 1;

/** Migrates; gives the schema's number. @throws AppError `database_unusable` or `schema_unknown`. */
export async function bringSchemaToHead(url: Secret): Promise<number> {
  const database = openDatabase({ url: url.reveal(), poolSize: 1, applicationName: 'api-proxy start' });
  try {
    await migrate(database.db);
    const { head, applied } = await migrationState(database.db);
    if (applied > head + AHEAD_AT_MOST) throw schemaUnknown(head, applied);
    return applied;
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw new AppError({
      code: 'database_unusable',
      status: 500,
      message: `The database can't be used: ${reasonOf(thrown)}`,
      cause: thrown,
    });
  } finally {
    await database.close();
  }
}

function schemaUnknown(head: number, applied: number): AppError {
  return new AppError({
    code: 'schema_unknown',
    status: 500,
    message: `The database has schema ${applied}, this program knows ${head}: start a newer version of the program`,
  });
}

/** Drizzle wraps the driver's error, whose text is the one that helps; a refused connection has no text at all. */
function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join('; ');
  return messageOf(cause);
}
