// Re-pricing of many requests: several batches, work that is cut off before its commit, and the same result in the end.
import type { Database } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { repricings } from '@api-proxy/db/schema/repricings';
import { DAY_MS, SECOND_MS } from '@api-proxy/kit/duration';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor, Context } from '../context.ts';
import { openTestBench, type TestBench } from '../testing/bench.ts';
import { advanceRun } from './advance-run.ts';
import { bookNextUser } from './book-user.ts';
import { countBatch } from './count-batch.ts';
import { createRepricing } from './create-repricing.ts';
import { findRun } from './run-view.ts';

const REQUESTS = 24_000;
const USERS = 6;
const KEYS = 12;
/** By the old price each token costs 2 nano-dollars, by the new one 3; every fifth request is older than the new price. */
const OLD_RATE = 2_000_000n;
const NEW_RATE = 3_000_000n;
const TOKENS = sql.raw('(100 + i % 700)');

let bench: TestBench;
let admin: Context & { actor: Actor };
let db: Database;

beforeAll(async () => {
  bench = await openTestBench();
  await bench.reset();
  admin = await bench.as('admin', 'Root');
  db = bench.ports.db;
  await fill(new Date(bench.clock.nowMs()).toISOString());
}, 60_000);
afterAll(() => bench.close());

/** Settled requests of the last day, booked by the old price; nearly all of them in its last two hours. */
async function fill(now: string): Promise<void> {
  const price = (id: string, rate: bigint, hours: number) => sql`
    insert into prices (id, provider, model, input, output, cache_read, cache_write5m, cache_write1h, effective_from)
    values (${id}, 'p', 'm', ${rate}, 0, 0, 0, 0, ${now}::timestamptz - ${hours} * interval '1 hour')`;
  await db.execute(price('prc_old', OLD_RATE, 48));
  await db.execute(sql`
    insert into request_log (request_id, started_at, user_id, key_id, protocol_in, operation, model_asked, stream, status,
      outcome, input_tokens, price_id, priced, cost, duration_ms)
    select 'req_' || i, case when i % 5 = 0 then ${now}::timestamptz - interval '20 hours'
        else ${now}::timestamptz - i % 7200 * interval '1 second' - interval '1 minute' end,
      'usr_' || i % ${USERS}, 'key_' || i % ${KEYS}, 'openai-chat', 'generate', 'm', false, 200,
      'ok', ${TOKENS}, 'prc_old', true, 2 * ${TOKENS}, 5
    from generate_series(1, ${REQUESTS}) i`);
  await db.execute(sql`
    insert into budgets (id, owner_kind, owner_id, span, "limit", used, window_started_at)
    select 'bud_balance_' || user_id, 'user', user_id, 'balance', 1000000000, sum(cost), null::timestamptz
    from request_log group by user_id
    union all
    select 'bud_day_' || user_id, 'user', user_id, 'day', 1000000000,
      coalesce(sum(cost) filter (where started_at >= ${now}::timestamptz - interval '1 hour'), 0),
      ${now}::timestamptz - interval '1 hour'
    from request_log group by user_id
    union all
    select 'bud_total_' || key_id, 'key', key_id, 'total', 1000000000, sum(cost), null from request_log group by key_id`);
  await db.execute(price('prc_new', NEW_RATE, 10));
}

/** What a process that dies before its commit leaves behind: nothing of the transaction. */
function cutOff(real: Database): Database {
  const transaction: Database['transaction'] = (work, config) =>
    real.transaction(async (tx) => {
      await work(tx);
      throw new Error('killed');
    }, config);
  return new Proxy(real, {
    get: (target, name, receiver) =>
      name === 'transaction' ? transaction : Reflect.get(target, name, receiver),
  });
}

const books = async () =>
  rowsOf<{ id: string; used: string; limit: string }>(
    await db.execute(sql`select id, used::text as used, "limit"::text as "limit" from budgets order by id`),
  );

const entries = async () =>
  rowsOf<{ user_id: string; amount: string }>(
    await db.execute(
      sql`select user_id, amount::text as amount from ledger_entries where kind = 'adjust' order by user_id`,
    ),
  );

/** The costs by the two prices, added up in this process, from the same numbers as {@link fill}. */
function expectedByUser(): Map<string, bigint> {
  const more = new Map<string, bigint>();
  for (let index = 1; index <= REQUESTS; index++) {
    if (index % 5 === 0) continue;
    const userId = `usr_${index % USERS}`;
    more.set(userId, (more.get(userId) ?? 0n) + BigInt(100 + (index % 700)));
  }
  return more;
}

async function runOf(id: string): Promise<typeof repricings.$inferSelect> {
  const [run] = await db.select().from(repricings).where(eq(repricings.id, id));
  if (!run) throw new Error('the run is gone');
  return run;
}

/** A second ends at each look at the clock: one batch is counted, then the run waits for the next call. */
function begin() {
  let ms = 0;
  const clock = { ...bench.clock, monotonicMs: () => (ms += SECOND_MS) };
  const range = {
    from: new Date(bench.clock.nowMs() - DAY_MS).toISOString(),
    to: new Date(bench.clock.nowMs()).toISOString(),
  };
  return createRepricing(
    { ...admin, clock },
    { body: { ...range, chargeUnpriced: false, note: 'price corrected' } },
  );
}

it('24,000 requests cut off in counting and in booking come to what the prices say, per user and per limit, once', async () => {
  const before = await books();
  const { id } = await begin();
  let batches = 0;
  for (; (await runOf(id)).state === 'counting'; batches++) {
    const beforeBatch = await findRun(db, id);
    await expect(countBatch(cutOff(db), id)).rejects.toThrow('killed');
    expect(await findRun(db, id)).toEqual(beforeBatch);
    await countBatch(db, id);
  }
  expect(batches).toBeGreaterThan(3);
  const more = expectedByUser();
  const sum = [...more.values()].reduce((total, amount) => total + amount, 0n);
  const run = await runOf(id);
  expect(run).toMatchObject({ state: 'ready', rows: REQUESTS, changedRows: (REQUESTS / 5) * 4 });
  expect(run.newCost - run.oldCost).toBe(sum);
  await db.update(repricings).set({ state: 'booking', bookedBy: admin.actor.userId });
  for (let user = 0; user < USERS; user++) {
    await expect(bookNextUser(cutOff(db), run, new Date())).rejects.toThrow('killed');
    expect(await entries()).toHaveLength(user);
    await advanceRun(bench.ports, id, 0);
  }
  await advanceRun(bench.ports, id, 0);
  expect(await findRun(db, id)).toMatchObject({ state: 'done', bookedUsers: USERS });
  const expected = [...more].map(([user_id, amount]) => ({ user_id, amount: `${-amount}` }));
  expect(await entries()).toEqual(expected.sort((a, b) => a.user_id.localeCompare(b.user_id)));
  const after = new Map((await books()).map((book) => [book.id, book]));
  for (const { id: budgetId, used, limit } of before) {
    const now = after.get(budgetId);
    const [, span, owner = ''] = /^bud_([a-z]+)_(.+)$/.exec(budgetId) ?? [];
    if (span === 'balance')
      expect(now).toMatchObject({ used, limit: `${BigInt(limit) - (more.get(owner) ?? 0n)}` });
    // All that fell into the day is newer than the new price.
    if (span === 'day') expect(BigInt(now?.used ?? 0) * 2n).toBe(BigInt(used) * 3n);
    if (span === 'total') expect(BigInt(now?.used ?? 0)).toBeGreaterThan(BigInt(used));
  }
  expect(after.size).toBe(before.length);
  const booked = await books();
  const again = await begin();
  while ((await runOf(again.id)).state === 'counting') await countBatch(db, again.id);
  expect(await runOf(again.id)).toMatchObject({ rows: REQUESTS, changedRows: 0 });
  await db.update(repricings).set({ state: 'booking' }).where(eq(repricings.id, again.id));
  while ((await runOf(again.id)).state === 'booking') await advanceRun(bench.ports, again.id, 0);
  expect(await books()).toEqual(booked);
}, 60_000);
