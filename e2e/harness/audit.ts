// An installation's books read straight from its database: rows, charges, and what reconciliation finds.
import { openDatabase } from '@api-proxy/db/open';
import { type Report, reconcile } from '@api-proxy/ledger/reconciliation/reconcile';

export type AuditRow = {
  requestId: string;
  outcome: string;
  status: number;
  cost: bigint;
  outputTokens: number;
  model: string;
};

export type Audit = {
  rows: AuditRow[];
  /** Amount charged by request, nano-USD; more than one charge of a request would show as a count of two. */
  charges: Map<string, { times: number; amount: bigint }>;
  report: Report;
};

type LogLine = Record<'request_id' | 'outcome' | 'cost' | 'output_tokens' | 'model_asked', string> & {
  status: number;
};

/** Reads everything once. @throws what the driver throws. */
export async function audit(databaseUrl: string): Promise<Audit> {
  const { db, pool, close } = openDatabase({ url: databaseUrl, poolSize: 1, applicationName: 'e2e audit' });
  try {
    const log = await pool.query<LogLine>(
      'select request_id, outcome, status, cost::text, output_tokens::text, model_asked from request_log where not probe',
    );
    const entries = await pool.query<{ reference: string; amount: string }>(
      "select reference, (-amount)::text as amount from ledger_entries where kind = 'charge'",
    );
    const charges: Audit['charges'] = new Map();
    for (const { reference, amount } of entries.rows) {
      const known = charges.get(reference) ?? { times: 0, amount: 0n };
      charges.set(reference, { times: known.times + 1, amount: known.amount + BigInt(amount) });
    }
    const rows = log.rows.map((line) => ({
      requestId: line.request_id,
      outcome: line.outcome,
      status: line.status,
      cost: BigInt(line.cost),
      outputTokens: Number(line.output_tokens),
      model: line.model_asked,
    }));
    return { rows, charges, report: await reconcile(db) };
  } finally {
    await close();
  }
}
