// Rows and books for this package's tests.
import type { Database } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { budgets } from '@api-proxy/db/schema/budgets';
import { newId } from '@api-proxy/kit/id';
import type { Span } from '@api-proxy/kit/window';
import { sql } from 'drizzle-orm';
import { type PreparedRow, prepareRow } from '../settlement/prepared-row.ts';
import type { SettlementRow } from '../settlement/settlement-row.ts';

let drawn = 0;

/** A successful request of `usr_1` with `key_1`, started now, that cost a micro-dollar. */
export function aRow(changes: Partial<SettlementRow> = {}): SettlementRow {
  return {
    requestId: `req_${++drawn}`,
    startedAtMs: Date.now(),
    userId: 'usr_1',
    keyId: 'key_1',
    channelId: 'chn_1',
    channelKeyId: 'chk_1',
    protocolIn: 'openai-chat',
    protocolOut: 'openai-chat',
    operation: 'generate',
    modelAsked: 'gpt-test',
    modelServed: 'gpt-test-upstream',
    stream: true,
    status: 200,
    outcome: 'ok',
    errorCode: null,
    errorText: null,
    usage: {
      input: 10,
      cacheRead: 2,
      cacheWrite5m: 3,
      cacheWrite1h: 4,
      output: 5,
      reasoning: 1,
      estimated: false,
    },
    priceId: 'prc_1',
    multiplierPpm: 1_000_000,
    costNanoUsd: 1_000n,
    priced: true,
    firstByteMs: 120.4,
    durationMs: 900.6,
    overheadMs: 0.4,
    clientIp: '127.0.0.1',
    userAgent: 'test',
    attempts: [],
    decision: [],
    droppedFields: [],
    ...changes,
  };
}

/** The same as it waits for its booking. */
export function aPreparedRow(changes: Partial<SettlementRow> = {}): PreparedRow {
  return prepareRow(aRow(changes), { copies: false });
}

export type BudgetSeed = {
  readonly ownerKind?: 'user' | 'key';
  readonly ownerId?: string;
  readonly span?: Span;
  readonly limit: bigint;
  readonly used?: bigint;
  readonly windowStartedAt?: Date;
};

/** Stores a budget (by default the balance of `usr_1`); gives its id. */
export async function giveBudget(db: Database, seed: BudgetSeed): Promise<string> {
  const id = newId('bud');
  await db.insert(budgets).values({ id, ownerKind: 'user', ownerId: 'usr_1', span: 'balance', ...seed });
  return id;
}

/** The three sums that have to agree, and what is out on leases, in nano-USD. */
export async function moneyOf(
  db: Database,
): Promise<Record<'logged' | 'charged' | 'used' | 'leased' | 'leases', bigint>> {
  const [row] = rowsOf<Record<'logged' | 'charged' | 'used' | 'leased' | 'leases', string>>(
    await db.execute(sql`select
      (select coalesce(sum(cost), 0)::text from request_log) as logged,
      (select coalesce(-sum(amount), 0)::text from ledger_entries where kind = 'charge') as charged,
      (select coalesce(sum(used), 0)::text from budgets where span = 'balance') as used,
      (select coalesce(sum(leased), 0)::text from budgets) as leased,
      (select coalesce(sum(amount), 0)::text from budget_leases) as leases`),
  );
  if (!row) throw new Error('an aggregate gives one row');
  return {
    logged: BigInt(row.logged),
    charged: BigInt(row.charged),
    used: BigInt(row.used),
    leased: BigInt(row.leased),
    leases: BigInt(row.leases),
  };
}
