// The comparison of the books, by night or on demand; books that disagree are told at once.
import type { Database } from '@api-proxy/db/database';
import type { Logger } from '@api-proxy/kit/logger';
import { formatUsd } from '@api-proxy/kit/money';
import { reconcile } from '@api-proxy/ledger/reconciliation/reconcile';
import type { CompareBooks } from '@api-proxy/services/reconciliation/record-reconciliation';

const TOLD = 5;

/** A difference is an error of this program, or somebody's hand in the database: loud, with the first ones. */
export function compareBooks(db: Database, log: Logger): CompareBooks {
  return async () => {
    const report = await reconcile(db);
    const facts = { users: report.users, differenceUsd: formatUsd(report.difference) };
    if (report.differences.length === 0) {
      log.info(facts, 'the books agree');
      return report;
    }
    const differences = report.differences
      .slice(0, TOLD)
      .map(({ expected, found, ...rest }) => ({ ...rest, expected: String(expected), found: String(found) }));
    const count = report.differences.length;
    log.error({ ...facts, count, differences }, 'the books do not agree');
    return report;
  };
}
