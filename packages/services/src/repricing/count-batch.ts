// Counts the next requests of a run: what each costs by the prices of now, and what that changes. Nothing is booked.
import type { Database, Transaction } from '@api-proxy/db/database';
import { repricings } from '@api-proxy/db/schema/repricings';
import { HOUR_MS } from '@api-proxy/kit/duration';
import { eq, type SQL, sql } from 'drizzle-orm';

type Run = typeof repricings.$inferSelect;

/** Requests per transaction: some hundred milliseconds. */
const BATCH = 10_000;
/** A transaction looks at this much of the range at most, however few requests of it are wanted. */
const SLICE_MS = 6 * HOUR_MS;

/** Rows that a user pays for, as the settlement decides it; a row that the operator paid is left to the operator, one that was refunded to its user. */
const PAYING = sql`not l.probe and l.operation not in ('count_tokens', 'stored_response')
  and (l.outcome in ('ok', 'client_closed', 'interrupted') or l.cost <> 0)
  and (l.operator_loss = 0 or l.cost <> 0)
  and not exists (select 1 from ledger_entries g where g.kind = 'refund' and g.reference = l.request_id)`;

function wanted(run: Run): SQL {
  const conditions = [PAYING];
  if (run.model !== null) conditions.push(sql`l.model_asked = ${run.model}`);
  if (run.channelId !== null) conditions.push(sql`l.channel_id = ${run.channelId}`);
  if (run.userId !== null) conditions.push(sql`l.user_id = ${run.userId}`);
  if (run.keyId !== null) conditions.push(sql`l.key_id = ${run.keyId}`);
  if (!run.chargeUnpriced) conditions.push(sql`l.priced`);
  return sql.join(conditions, sql` and `);
}

/** Tokens times rate of every class, in nano-USD per million tokens; the long-context tier holds for the whole request. */
const TOKENS_TIMES_RATES = sql.raw(
  (
    [
      ['input_tokens', 'input'],
      ['cache_read_tokens', 'cache_read'],
      ['cache_write5m_tokens', 'cache_write5m'],
      ['cache_write1h_tokens', 'cache_write1h'],
      ['output_tokens', 'output'],
    ] as const
  )
    .map(
      ([tokens, rate]) =>
        `b.${tokens}::numeric * case when p.long then coalesce(p.long_${rate}, p.${rate}) else p.${rate} end`,
    )
    .join(' + '),
);

/** As the relay resolves it: the newest version in force then, one for the channel before the general one. */
function priceThen(run: Run): SQL {
  const asOf = run.pricesAsOf.toISOString();
  return sql`
    select p.*, p.long_context_threshold is not null
      and b.input_tokens + b.cache_read_tokens + b.cache_write5m_tokens + b.cache_write1h_tokens
        > p.long_context_threshold as long
    from prices p
    where p.model = b.model_asked and (p.channel_id is null or p.channel_id = b.channel_id)
      and (p.withdrawn_at is null or p.withdrawn_at > ${asOf}::timestamptz)
      and p.created_at <= ${asOf}::timestamptz and p.effective_from <= b.started_at
    order by p.channel_id is null, p.effective_from desc, p.id desc limit 1`;
}

/** Rounded half up once per request, the multiplier included: the same rule as when it was billed. */
function pricedRows(run: Run, sliceEnd: Date): SQL {
  const [at, end] = [(run.cursorAt ?? run.fromAt).toISOString(), sliceEnd.toISOString()];
  return sql`
    batch as (
      select l.* from request_log l
      where l.started_at >= ${at}::timestamptz and l.started_at < ${end}::timestamptz
        and (l.started_at, l.request_id) > (${at}::timestamptz, ${run.cursorId ?? ''}) and ${wanted(run)}
      order by l.started_at, l.request_id limit ${BATCH}),
    priced as (
      select b.request_id, b.started_at, b.duration_ms, b.user_id, b.key_id, p.id as price_id,
        b.cost + coalesce(e.delta, 0) as old_cost,
        floor(((${TOKENS_TIMES_RATES}) * b.multiplier_ppm + 500000000000) / 1000000000000)::bigint as new_cost
      from batch b
      left join lateral (${priceThen(run)}) p on true
      left join lateral (
        select sum(a.delta)::bigint as delta from request_adjustments a
        join repricings r on r.id = a.run_id and r.state = 'done'
        where a.request_id = b.request_id) e on true)`;
}

function countStatement(run: Run, sliceEnd: Date): SQL {
  const end = sliceEnd.toISOString();
  return sql`
    with ${pricedRows(run, sliceEnd)},
    staged as (
      insert into request_adjustments (run_id, request_id, user_id, key_id, ended_at, price_id, delta)
      select ${run.id}, request_id, user_id, key_id, started_at + duration_ms * interval '1 millisecond',
        price_id, new_cost - old_cost
      from priced where new_cost <> old_cost),
    per_user as (
      insert into repricing_users as u (run_id, user_id, rows, changed_rows, old_cost, new_cost)
      select ${run.id}, user_id, count(*), count(*) filter (where new_cost <> old_cost), sum(old_cost),
        sum(coalesce(new_cost, old_cost))
      from priced group by user_id
      on conflict (run_id, user_id) do update set rows = u.rows + excluded.rows,
        changed_rows = u.changed_rows + excluded.changed_rows,
        old_cost = u.old_cost + excluded.old_cost, new_cost = u.new_cost + excluded.new_cost),
    total as (
      select count(*) as rows, count(*) filter (where new_cost <> old_cost) as changed,
        count(*) filter (where new_cost is null) as unpriced, coalesce(sum(old_cost), 0) as old_cost,
        coalesce(sum(coalesce(new_cost, old_cost)), 0) as new_cost
      from priced),
    place as (
      select t.*, case when t.rows < ${BATCH} then ${end}::timestamptz else l.started_at end as at,
        case when t.rows < ${BATCH} then '' else l.request_id end as last_id
      from total t
      left join (select started_at, request_id from batch order by started_at desc, request_id desc limit 1) l on true)
    update repricings r set rows = r.rows + p.rows, changed_rows = r.changed_rows + p.changed,
      unpriced_rows = r.unpriced_rows + p.unpriced, old_cost = r.old_cost + p.old_cost,
      new_cost = r.new_cost + p.new_cost, cursor_at = p.at, cursor_id = p.last_id,
      state = case when p.at >= r.to_at then 'ready' else r.state end
    from place p where r.id = ${run.id}`;
}

/** Counts one batch, if the run is still being counted. @throws what the driver throws; the batch then counts nothing. */
export function countBatch(db: Database, runId: string): Promise<void> {
  return db.transaction(async (tx: Transaction) => {
    const [run] = await tx.select().from(repricings).where(eq(repricings.id, runId)).for('update');
    if (run?.state !== 'counting') return;
    const beginMs = (run.cursorAt ?? run.fromAt).getTime();
    const sliceEnd = new Date(Math.min(run.toAt.getTime(), beginMs + SLICE_MS));
    await tx.execute(countStatement(run, sliceEnd));
  });
}
