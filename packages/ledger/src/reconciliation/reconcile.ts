// Compares the books with each other, user by user: ledger, budgets, request rows, roll-ups. Nothing is changed.
import type { Database } from '@api-proxy/db/database';
import { type Books, readBooks } from './read-books.ts';

/** `grants`, `requests` and `leases` are compared between two places; the others are four books of the same cost. */
export type Book =
  | 'ledger'
  | 'budget'
  | 'request_rows'
  | 'hour_roll_ups'
  | 'minute_roll_ups'
  | 'grants'
  | 'requests'
  | 'leases';

/** One disagreement; nano-USD, for `requests` a number of requests. */
export type Difference = {
  /** A user's id; for `leases` a budget's owner. */
  readonly ownerId: string;
  /** The book that is off, as far as the others tell. */
  readonly book: Book;
  readonly expected: bigint;
  readonly found: bigint;
};

export type Report = {
  readonly users: number;
  /** Sum of the absolute money differences, nano-USD; 0 when the books agree. */
  readonly difference: bigint;
  /** At most 1000. */
  readonly differences: readonly Difference[];
  /** What users were charged in total, by the ledger, nano-USD. */
  readonly charged: bigint;
  /** From when on request rows are kept (epoch ms); what is older can only be compared without them. */
  readonly logSinceMs: number | null;
};

const MOST_DIFFERENCES = 1_000;

/**
 * Reads all books as of one instant and compares them. Costs a few sums over the tables: for a nightly job, or on demand.
 * @throws what the driver throws.
 */
export async function reconcile(db: Database): Promise<Report> {
  const books = await readBooks(db);
  const all = [...books.users].flatMap(([userId, figures]) => differencesOf(userId, figures));
  for (const { ownerId, leased, leases } of books.leases) {
    if (leased !== leases) all.push({ ownerId, book: 'leases', expected: leases, found: leased });
  }
  const money = all.filter(({ book }) => book !== 'requests');
  return {
    users: books.users.size,
    difference: money.reduce((sum, { expected, found }) => sum + magnitude(expected - found), 0n),
    differences: all.slice(0, MOST_DIFFERENCES),
    charged: [...books.users.values()].reduce((sum, { ledger }) => sum + ledger, 0n),
    logSinceMs: books.logSinceMs,
  };
}

type Figures = Books['users'] extends ReadonlyMap<string, infer Value> ? Value : never;

function differencesOf(ownerId: string, figures: Figures): Difference[] {
  const { ledger, budget, hours, minutes, rows, hoursBeforeRows, hoursBeforeMinutes } = figures;
  const costs: readonly (readonly [Book, bigint])[] = [
    ['ledger', ledger],
    ['budget', budget],
    ['hour_roll_ups', hours],
    // These two are kept for a time only: what is older is taken from the hours.
    ['request_rows', rows + hoursBeforeRows],
    ['minute_roll_ups', minutes + hoursBeforeMinutes],
  ];
  const expected = mostCommon(costs.map(([, amount]) => amount));
  const found = costs.flatMap(([book, amount]) =>
    amount === expected ? [] : [{ ownerId, book, expected, found: amount }],
  );
  const { granted, limit, requests, requestRows } = figures;
  if (granted !== limit) found.push({ ownerId, book: 'grants', expected: granted, found: limit });
  if (requests !== requestRows) {
    found.push({ ownerId, book: 'requests', expected: requests, found: requestRows });
  }
  return found;
}

/** What most books say; the first of them decides between equals. */
function mostCommon(amounts: readonly bigint[]): bigint {
  let best = 0n;
  let most = 0;
  for (const amount of amounts) {
    const count = amounts.filter((other) => other === amount).length;
    if (count <= most) continue;
    best = amount;
    most = count;
  }
  return best;
}

function magnitude(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}
