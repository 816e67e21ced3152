// Compares the books and keeps the result: for the nightly job and for whoever asks.
import type { Database } from '@api-proxy/db/database';
import { reconciliations } from '@api-proxy/db/schema/reconciliations';
import type { Clock } from '@api-proxy/kit/clock';
import { newId } from '@api-proxy/kit/id';
import { desc, notInArray } from 'drizzle-orm';

/** What a comparison finds; money in nano-USD, for the book `requests` numbers of requests. */
export type BooksReport = {
  readonly users: number;
  readonly difference: bigint;
  readonly differences: readonly {
    readonly ownerId: string;
    readonly book: string;
    readonly expected: bigint;
    readonly found: bigint;
  }[];
  readonly charged: bigint;
  readonly logSinceMs: number | null;
};

/** Reads all books as of one instant and compares them; changes nothing. */
export type CompareBooks = () => Promise<BooksReport>;

export type ReconciliationRow = typeof reconciliations.$inferSelect;

/** Null: the nightly run. */
export type AskedBy = { readonly userId: string; readonly name: string } | null;

const KEPT_RUNS = 100;
const KEPT_DIFFERENCES = 20;

export type RecordOptions = { db: Database; clock: Clock; compare: CompareBooks; askedBy: AskedBy };

/** @throws what the driver throws; nothing is kept then. */
export async function recordReconciliation(options: RecordOptions): Promise<ReconciliationRow> {
  const { db, clock, askedBy } = options;
  const startedAt = new Date(clock.nowMs());
  const report = await options.compare();
  const [row] = await db
    .insert(reconciliations)
    .values({
      id: newId('rec', startedAt.getTime()),
      startedAt,
      finishedAt: new Date(clock.nowMs()),
      trigger: askedBy ? 'manual' : 'nightly',
      actorUserId: askedBy?.userId ?? null,
      actorName: askedBy?.name ?? '',
      users: report.users,
      difference: report.difference,
      differenceCount: report.differences.length,
      differences: report.differences.slice(0, KEPT_DIFFERENCES).map(({ expected, found, ...rest }) => ({
        ...rest,
        expected: expected.toString(),
        found: found.toString(),
      })),
      charged: report.charged,
      logSince: report.logSinceMs === null ? null : new Date(report.logSinceMs),
    })
    .returning();
  if (!row) throw new Error('the reconciliation that was just stored is gone');
  await forgetOld(db);
  return row;
}

async function forgetOld(db: Database): Promise<void> {
  const kept = db
    .select({ id: reconciliations.id })
    .from(reconciliations)
    .orderBy(desc(reconciliations.startedAt), desc(reconciliations.id))
    .limit(KEPT_RUNS);
  await db.delete(reconciliations).where(notInArray(reconciliations.id, kept));
}
