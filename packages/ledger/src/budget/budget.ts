// A budget as it was last read: what is granted, used, and out on leases.
import type { Span } from '@api-proxy/kit/window';

export type OwnerKind = 'user' | 'key';

/** Amounts in nano-USD, instants in epoch ms. */
export type Budget = {
  readonly id: string;
  readonly ownerKind: OwnerKind;
  readonly ownerId: string;
  readonly span: Span;
  readonly limit: bigint;
  readonly used: bigint;
  readonly leased: bigint;
  /** Null: no window, or none begun. */
  readonly windowStartedAtMs: number | null;
};

/** A row of `budgets` as the statements of this package select it: money as text, instants as epoch ms. */
export type BudgetRow = {
  id: string;
  owner_kind: OwnerKind;
  owner_id: string;
  span: Span;
  limit: string;
  used: string;
  leased: string;
  window_started_ms: string | null;
};

/** Columns of {@link BudgetRow} for a table alias `b`; the same text from every driver. */
export const BUDGET_COLUMNS =
  'b.id, b.owner_kind, b.owner_id, b.span, b."limit"::text as "limit", b.used::text as used, ' +
  'b.leased::text as leased, floor(extract(epoch from b.window_started_at) * 1000)::bigint::text as window_started_ms';

export function budgetOf(row: BudgetRow): Budget {
  return {
    id: row.id,
    ownerKind: row.owner_kind,
    ownerId: row.owner_id,
    span: row.span,
    limit: BigInt(row.limit),
    used: BigInt(row.used),
    leased: BigInt(row.leased),
    windowStartedAtMs: row.window_started_ms === null ? null : Number(row.window_started_ms),
  };
}
