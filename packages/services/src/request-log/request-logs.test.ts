// The request log: who sees what, paging, and bills derived again.
import { requestLogQuery } from '@api-proxy/contracts/request-logs';
import { ensurePartitions } from '@api-proxy/db/partitions';
import { channels } from '@api-proxy/db/schema/channels';
import { prices } from '@api-proxy/db/schema/prices';
import { requestLog } from '@api-proxy/db/schema/request-log';
import { routePlans } from '@api-proxy/db/schema/route-plans';
import { usageByHour } from '@api-proxy/db/schema/usage-by-hour';
import { DAY_MS, HOUR_MS } from '@api-proxy/kit/duration';
import { divideHalfUp, formatUsd } from '@api-proxy/kit/money';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { listAudit } from '../audit/list-audit.ts';
import type { Actor, Context } from '../context.ts';
import { openTestBench, type TestBench } from '../testing/bench.ts';
import { getUsageSummary } from '../usage/get-usage-summary.ts';
import { updateMe } from '../user/update-me.ts';
import { formatFemtoUsd } from './cost-lines.ts';
import { getRequestLog } from './get-request-log.ts';
import { listRequestLogs } from './list-request-logs.ts';

let bench: TestBench;

beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(() => bench.reset());
afterAll(() => bench.close());

type Signed = Context & { actor: Actor };

async function log(user: Signed, requestId: string, extra: Partial<typeof requestLog.$inferInsert> = {}) {
  await bench.memory.db.insert(requestLog).values({
    requestId,
    startedAt: new Date(bench.clock.nowMs() - 60_000),
    userId: user.actor.userId,
    keyId: 'key_1',
    channelId: 'chn_1',
    protocolIn: 'openai-chat',
    protocolOut: 'openai-chat',
    operation: 'chat',
    modelAsked: 'm',
    modelServed: 'm-secret-name',
    stream: true,
    status: 200,
    outcome: 'ok',
    durationMs: 900,
    ...extra,
  });
}

const list = (context: Context, query: object = {}) =>
  listRequestLogs(context, { query: requestLogQuery.parse(query) });
const idsOf = async (context: Context, query: object = {}) =>
  (await list(context, query)).items.map(({ requestId }) => requestId);

it('rows come newest first, by pages that neither repeat nor lose rows of one instant', async () => {
  const user = await bench.as('user');
  for (const id of ['req_a', 'req_b', 'req_c']) await log(user, id);
  await log(user, 'req_z', { startedAt: new Date(bench.clock.nowMs() - 120_000) });
  const first = await list(user, { limit: 2 });
  expect(first.items.map(({ requestId }) => requestId)).toEqual(['req_c', 'req_b']);
  const second = await list(user, { limit: 2, cursor: first.nextCursor ?? '' });
  expect(second.items.map(({ requestId }) => requestId)).toEqual(['req_a', 'req_z']);
  expect(second.nextCursor).toBeNull();
});

it('without bounds the last 24 hours are shown; one request is found by its id whenever it was', async () => {
  const user = await bench.as('user');
  await log(user, 'req_new');
  const old = new Date(bench.clock.nowMs() - DAY_MS - HOUR_MS);
  // In the first hour of a day this is the day before yesterday, which a new installation has no partition of.
  await ensurePartitions(bench.memory.db, old.getTime(), old.getTime());
  await log(user, 'req_old', { startedAt: old });
  expect(await idsOf(user)).toEqual(['req_new']);
  expect(await idsOf(user, { requestId: 'req_old' })).toEqual(['req_old']);
  const from = new Date(old.getTime() - 1).toISOString();
  expect(await idsOf(user, { from })).toEqual(['req_new', 'req_old']);
  expect(await idsOf(user, { from, to: new Date(old.getTime() + 1).toISOString() })).toEqual(['req_old']);
  const wrong = list(user, { from: new Date(bench.clock.nowMs()).toISOString(), to: from });
  await expect(wrong).rejects.toMatchObject({ status: 400 });
});

it('a user sees own rows only, without channels and upstream names; an admin sees all of it', async () => {
  const [user, other, admin] = [
    await bench.as('user', 'one'),
    await bench.as('user', 'two'),
    await bench.as('admin'),
  ];
  await bench.memory.db
    .insert(channels)
    .values({ id: 'chn_1', name: 'hidden', type: 'openai', baseUrl: 'https://x' });
  const attempts = [
    {
      channelId: 'chn_1',
      channelKeyId: 'chk_1',
      upstreamModel: 'm-secret-name',
      status: 500,
      outcome: 'upstream_error',
      reason: 'hidden said 500',
      startedAtMs: bench.clock.nowMs(),
      durationMs: 3,
    },
  ];
  const decision = [{ channelId: 'chn_1', kept: true, reason: 'accepts m' }];
  await log(user, 'req_1', {
    attempts,
    decision,
    errorText: 'hidden broke',
    outcome: 'upstream_error',
    status: 502,
    upstreamRequestId: 'hidden-id',
    serverTools: { web_search: 2 },
  });
  const seen = JSON.stringify([
    await list(user),
    await getRequestLog(user, { params: { requestId: 'req_1' } }),
  ]);
  for (const secret of ['hidden', 'chn_1', 'm-secret-name']) expect(seen).not.toContain(secret);
  await expect(getRequestLog(other, { params: { requestId: 'req_1' } })).rejects.toMatchObject({
    status: 404,
  });
  expect(await idsOf(other)).toEqual([]);
  for (const query of [{ scope: 'all' }, { user: other.actor.userId }, { channel: 'chn_1' }]) {
    await expect(list(user, query)).rejects.toMatchObject({ status: 403 });
  }
  const detail = await getRequestLog(admin, { params: { requestId: 'req_1' } });
  expect(detail).toMatchObject({
    channelName: 'hidden',
    modelServed: 'm-secret-name',
    userName: 'one',
    errorText: 'hidden broke',
    upstreamRequestId: 'hidden-id',
    serverTools: { web_search: 2 },
    attempts: [{ channelName: 'hidden', reason: 'hidden said 500' }],
    decision: [{ channelName: 'hidden', kept: true }],
  });
  expect(await idsOf(admin)).toEqual([]);
  expect(await idsOf(admin, { scope: 'all', channel: 'chn_1' })).toEqual(['req_1']);
  expect(await idsOf(admin, { user: user.actor.userId, outcome: 'ok' })).toEqual([]);
});

it('an admin sees the stored plan of a route before what happened while choosing', async () => {
  const [user, admin] = [await bench.as('user'), await bench.as('admin')];
  const plan = [
    { channelId: 'chn_1', kept: true, reason: 'candidate' },
    { channelId: 'chn_gone', kept: false, reason: 'disabled' },
  ];
  await bench.memory.db.insert(routePlans).values({ id: 'pln_1', channels: plan });
  const note = { channelId: 'chn_1', kept: true, reason: 'affinity' };
  await log(user, 'req_planned', { planId: 'pln_1', decision: [note] });
  const detail = await getRequestLog(admin, { params: { requestId: 'req_planned' } });
  expect(detail.decision).toMatchObject([...plan, note]);
  expect(detail.decision[1]).toMatchObject({ channelName: 'chn_gone' });
  expect(await getRequestLog(user, { params: { requestId: 'req_planned' } })).toMatchObject({ decision: [] });
});

it('the bill is derived again exactly, at the long-context rates when the prompt was long', async () => {
  const user = await bench.as('user');
  await bench.memory.db.insert(prices).values({
    id: 'prc_1',
    provider: 'p',
    model: 'm',
    input: 123_456_789n,
    output: 15_000_000_000n,
    cacheRead: 1n,
    cacheWrite5m: 0n,
    cacheWrite1h: 0n,
    longContextThreshold: 1_000,
    longInput: 200_000_000n,
    effectiveFrom: new Date(0),
  });
  const row = { priceId: 'prc_1', priced: true, multiplierPpm: 850_000, cost: 42n };
  await log(user, 'req_short', { ...row, inputTokens: 7, cacheReadTokens: 3, outputTokens: 2 });
  await log(user, 'req_long', { ...row, inputTokens: 600, cacheReadTokens: 401 });
  const short = await getRequestLog(user, { params: { requestId: 'req_short' } });
  expect(short).toMatchObject({ multiplier: '0.85', costUsd: '0.000000042', priced: true });
  expect(short.costLines).toEqual([
    { usageClass: 'input', tokens: 7, pricePerMTok: '0.123456789', amountUsd: '0.000000864197523' },
    { usageClass: 'cacheRead', tokens: 3, pricePerMTok: '0.000000001', amountUsd: '0.000000000000003' },
    { usageClass: 'output', tokens: 2, pricePerMTok: '15', amountUsd: '0.00003' },
  ]);
  const long = await getRequestLog(user, { params: { requestId: 'req_long' } });
  expect(long.costLines[0]).toMatchObject({ pricePerMTok: '0.2', amountUsd: '0.00012' });
  expect(short.costSumUsd).toBe('0.000030864197526');
  expect(short.price).toEqual({
    priceId: 'prc_1',
    effectiveFrom: new Date(0).toISOString(),
    override: false,
    longContextAbove: null,
  });
  expect(long.price?.longContextAbove).toBe(1_000);
  expect(formatFemtoUsd(1_000_000_000_000_000n)).toBe('1');
});

it('the sum of the lines times the multiplier is the cost of the row, to the nano-dollar, whatever the numbers', async () => {
  const user = await bench.as('user');
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let run = 0; run < 40; run += 1) {
    const rate = () => BigInt(random(90_000_000_000));
    const rates = {
      input: rate(),
      output: rate(),
      cacheRead: rate(),
      cacheWrite5m: rate(),
      cacheWrite1h: rate(),
    };
    const id = `prc_${run}`;
    await bench.memory.db
      .insert(prices)
      .values({ id, provider: 'p', model: 'm', ...rates, effectiveFrom: new Date(0) });
    const tokens = {
      inputTokens: random(300_000),
      outputTokens: random(60_000),
      cacheReadTokens: random(200_000),
      cacheWrite5mTokens: random(9_000),
      cacheWrite1hTokens: random(9_000),
    };
    const multiplierPpm = 1 + random(3_000_000);
    // Written out here on purpose: the rule of the relay, by hand, beside what the lines say.
    const total =
      BigInt(tokens.inputTokens) * rates.input +
      BigInt(tokens.outputTokens) * rates.output +
      BigInt(tokens.cacheReadTokens) * rates.cacheRead +
      BigInt(tokens.cacheWrite5mTokens) * rates.cacheWrite5m +
      BigInt(tokens.cacheWrite1hTokens) * rates.cacheWrite1h;
    const cost = (total * BigInt(multiplierPpm) * 2n + 10n ** 12n) / (2n * 10n ** 12n);
    await log(user, `req_${run}`, { priceId: id, priced: true, multiplierPpm, cost, ...tokens });
    const detail = await getRequestLog(user, { params: { requestId: `req_${run}` } });
    const femto = (text: string) => {
      const [whole = '0', places = ''] = text.split('.');
      return BigInt(whole + places.padEnd(15, '0'));
    };
    const added = detail.costLines.reduce((sum, { amountUsd }) => sum + femto(amountUsd), 0n);
    expect(added).toBe(femto(detail.costSumUsd));
    expect(formatUsd(divideHalfUp(added * BigInt(multiplierPpm), 10n ** 12n))).toBe(detail.costUsd);
  }
});

it('the summary adds up the roll-ups of the one who asks', async () => {
  const user = await bench.as('user');
  const nowMs = bench.clock.nowMs();
  const today = nowMs - (nowMs % DAY_MS);
  const hour = (ms: number) => new Date(ms - (ms % HOUR_MS));
  const row = {
    userId: user.actor.userId,
    keyId: 'key_1',
    model: 'm',
    outcome: 'ok',
    requests: 1,
    inputTokens: 10,
  };
  await bench.memory.db.insert(usageByHour).values([
    { ...row, bucket: hour(nowMs), cost: 5n, cacheWrite5mTokens: 1, cacheWrite1hTokens: 2 },
    { ...row, bucket: hour(nowMs), outcome: 'upstream_error' },
    { ...row, bucket: hour(today - 3 * DAY_MS), model: 'n', cost: 7n },
    { ...row, bucket: hour(today - 20 * DAY_MS), cost: 1n },
    { ...row, bucket: hour(today - 40 * DAY_MS), cost: 1_000n },
    { ...row, bucket: hour(nowMs), userId: 'usr_other', cost: 1_000n },
  ]);
  const summary = await getUsageSummary(user, {});
  expect(summary.today).toMatchObject({
    requests: 2,
    errors: 1,
    inputTokens: 20,
    cacheWriteTokens: 3,
    costUsd: '0.000000005',
  });
  expect(summary.sevenDays).toMatchObject({ requests: 3, costUsd: '0.000000012' });
  expect(summary.thirtyDays).toMatchObject({ requests: 4, costUsd: '0.000000013' });
  expect(summary.byHour).toHaveLength(24);
  expect(summary.byHour.at(-1)).toMatchObject({ bucket: hour(nowMs).toISOString(), requests: 2 });
  expect(summary.byDay).toHaveLength(30);
  expect(summary.byDay.reduce((sum, { requests }) => sum + requests, 0)).toBe(4);
  expect(summary.byModel.map(({ model, requests }) => [model, requests])).toEqual([
    ['n', 1],
    ['m', 3],
  ]);
  expect(summary.byKey).toMatchObject([{ keyId: 'key_1', keyName: 'key_1', requests: 4 }]);
});

it('the audit list is filtered and paged', async () => {
  const [user, admin] = [await bench.as('user'), await bench.as('admin')];
  for (const name of ['a', 'b', 'c']) await updateMe(user, { body: { name } });
  await updateMe(admin, { body: { name: 'boss' } });
  const first = await listAudit(admin, { query: { limit: 2, actor: user.actor.userId } });
  expect(first.items.map(({ after }) => after)).toMatchObject([{ name: 'c' }, { name: 'b' }]);
  const second = await listAudit(admin, {
    query: { limit: 2, actor: user.actor.userId, cursor: first.nextCursor ?? '' },
  });
  expect(second).toMatchObject({
    items: [{ before: { name: 'user' }, after: { name: 'a' } }],
    nextCursor: null,
  });
  expect((await listAudit(admin, { query: { limit: 9, entityKind: 'channel' } })).items).toEqual([]);
});
