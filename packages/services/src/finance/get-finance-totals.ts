// Money of the whole installation, out of balances and of the entries that are no charges (these are few).
import type { getFinanceTotals as contract } from '@api-proxy/contracts/finance';
import { rowsOf } from '@api-proxy/db/rows';
import { formatUsd } from '@api-proxy/kit/money';
import { sql } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import type { ReadVerb } from '../verb.ts';

type Balances = {
  used: string;
  leased: string;
  remaining: string;
  users: number;
  empty: number;
};

export const getFinanceTotals: ReadVerb<typeof contract> = async (context) => {
  requireActor(context, 'admin');
  const { db } = context;
  const [balances] = rowsOf<Balances>(
    await db.execute(sql`
      select coalesce(sum(used), 0)::text as used, coalesce(sum(leased), 0)::text as leased,
        coalesce(sum(greatest("limit" - used, 0)), 0)::text as remaining, count(*)::int as users,
        (count(*) filter (where "limit" <= used))::int as empty
      from budgets where owner_kind = 'user' and span = 'balance'`),
  );
  const kinds = rowsOf<{ kind: string; amount: string }>(
    await db.execute(sql`
      select kind, sum(amount)::text as amount from ledger_entries
      where kind in ('grant', 'redeem', 'adjust', 'refund') group by kind`),
  );
  const sums = new Map(kinds.map(({ kind, amount }) => [kind, BigInt(amount)]));
  const sum = (kind: string) => formatUsd(sums.get(kind) ?? 0n);
  const amount = (name: 'used' | 'leased' | 'remaining') => formatUsd(BigInt(balances?.[name] ?? 0));
  return {
    grantedUsd: sum('grant'),
    redeemedUsd: sum('redeem'),
    adjustedUsd: sum('adjust'),
    refundedUsd: sum('refund'),
    usedUsd: amount('used'),
    remainingUsd: amount('remaining'),
    leasedUsd: amount('leased'),
    users: balances?.users ?? 0,
    emptyBalances: balances?.empty ?? 0,
  };
};
