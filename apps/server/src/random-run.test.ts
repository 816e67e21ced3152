// Ten thousand random requests through pricing and booking: every row's cost follows again from what the row stores.
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { channels } from '@api-proxy/db/schema/channels';
import { prices } from '@api-proxy/db/schema/prices';
import { requestLog } from '@api-proxy/db/schema/request-log';
import { Exchange } from '@api-proxy/gateway/exchange';
import type { ExchangeRecord, Outcome } from '@api-proxy/gateway/exchange-record';
import type { Caller } from '@api-proxy/gateway/ports';
import type { Snapshot } from '@api-proxy/gateway/snapshot';
import { recordOf } from '@api-proxy/gateway/steps/settle';
import { Trace } from '@api-proxy/gateway/trace';
import { systemClock } from '@api-proxy/kit/clock';
import { DAY_MS } from '@api-proxy/kit/duration';
import { silentLogger } from '@api-proxy/kit/logger';
import { type Draws, seededDraws } from '@api-proxy/kit/random';
import { Secret } from '@api-proxy/kit/secret';
import { reconcile } from '@api-proxy/ledger/reconciliation/reconcile';
import { createSettlement } from '@api-proxy/ledger/settlement/settlement';
import { type TestDatabase, testPlaces } from '@api-proxy/ledger/testing/databases';
import { endpointAt } from '@api-proxy/protocols/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snapshotRows } from './adapters/snapshot-rows.ts';

const ROWS = 10_000;
const MODELS = 20;
const CHANNELS = ['chn_a', 'chn_b', 'chn_c'];
const PATHS = ['/messages', '/chat/completions', '/embeddings', '/messages/count_tokens'];
const OUTCOMES: readonly Outcome[] = [
  ...(['ok', 'ok', 'ok', 'client_closed', 'interrupted'] as const),
  ...(['upstream_truncated', 'upstream_error', 'client_error'] as const),
];
const MULTIPLIERS = [1_000_000, 1, 333_333, 1_500_000, 10_000_000];
const DAY_START_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS;

/** Any rate up to $100 per million tokens, to the nano-dollar. */
function ratesOf({ below }: Draws) {
  const rate = () => BigInt(below(100_000_000_000));
  return { input: rate(), output: rate(), cacheRead: rate(), cacheWrite5m: rate(), cacheWrite1h: rate() };
}

/** Versions through the day, some with a long-context tier, some for one channel only; one model has none. */
function tariffs(draws: Draws): (typeof prices.$inferInsert)[] {
  return Array.from({ length: MODELS - 1 }, (_, model) =>
    Array.from({ length: 1 + draws.below(4) }, (_unused, version) => {
      const long = ratesOf(draws);
      const tier = {
        ...{ longContextThreshold: 1 + draws.below(60_000), longInput: long.input, longOutput: long.output },
        longCacheRead: long.cacheRead,
        longCacheWrite5m: long.cacheWrite5m,
        longCacheWrite1h: long.cacheWrite1h,
      };
      return {
        id: `prc_${model}_${version}`,
        ...{ provider: 'p', model: `model-${model}`, createdAt: new Date(DAY_START_MS) },
        channelId: version > 0 && draws.chance(0.4) ? draws.one(CHANNELS) : null,
        ...ratesOf(draws),
        ...(draws.chance(0.5) && tier),
        effectiveFrom: new Date(DAY_START_MS - DAY_MS + version * draws.below(DAY_MS)),
      };
    }),
  ).flat();
}

function callerOf(user: number): Caller {
  const multiplierPpm = MULTIPLIERS[user % MULTIPLIERS.length] ?? 1_000_000;
  return {
    user: { id: `usr_${user}`, role: 'user', status: 'active', multiplierPpm, limits: null },
    key: {
      ...{ id: `key_${user}`, name: 'k', status: 'active', expiresAtMs: null, limits: null },
      ...{ allowedModels: [], allowedIps: [] },
    },
  };
}

/** One request, ended in some way, as the relay would book it. */
function aRequest(draws: Draws, snapshot: Snapshot, number: number): ExchangeRecord {
  const endpoint = endpointAt(draws.one(PATHS));
  if (!endpoint) throw new Error('a path that the relay does not serve');
  const req = new IncomingMessage(new Socket());
  const startedAtMs = DAY_START_MS + draws.below(DAY_MS);
  const exchange = new Exchange({
    ...{ req, res: new ServerResponse(req), requestId: `req_${number}`, endpoint, search: '', snapshot },
    ...{ clientIp: '127.0.0.1', startedAtMs, startedMonoMs: 0, monotonicMs: () => 5 },
  });
  const trace = new Trace();
  trace.call = {
    ...{ model: `model-${draws.below(MODELS)}`, stream: draws.chance(0.5), maxOutputTokens: null },
    ...{ includeUsage: true, sessionHint: null, body: Buffer.alloc(0) },
  };
  const channel = draws.one(snapshot.channels);
  const upstreamKey = { id: `${channel.id}_key`, secret: new Secret('x'), enabled: true };
  const target = { origin: channel.baseUrl, root: '' };
  trace.candidate = {
    option: { channel, target, keys: [upstreamKey], upstreamModel: 'up' },
    key: upstreamKey,
  };
  const some = () => (draws.chance(0.3) ? 0 : draws.below(40_000));
  const usage = {
    ...{ input: some(), cacheRead: some(), cacheWrite5m: some(), cacheWrite1h: some(), output: some() },
    ...{ reasoning: 0, estimated: draws.chance(0.1) },
  };
  const ending = {
    ...{ status: 200, outcome: draws.one(OUTCOMES), errorCode: null, errorText: null, usage },
    ...{ firstByteMs: 1, finish: () => undefined },
  };
  return recordOf({ exchange, caller: callerOf(draws.below(10)), trace, ending, durationMs: 5 }, null);
}

type Row = typeof requestLog.$inferSelect;
type Price = typeof prices.$inferSelect;

/** The rule of prices written anew: the class sums at the stored version's rates times the stored multiplier, half up. */
function costAgain(row: Row, price: Price): bigint {
  const prompt = row.inputTokens + row.cacheReadTokens + row.cacheWrite5mTokens + row.cacheWrite1hTokens;
  const long = price.longContextThreshold !== null && prompt > price.longContextThreshold;
  const classes: [number, bigint | null][] = [
    [row.inputTokens, long ? price.longInput : price.input],
    [row.cacheReadTokens, long ? price.longCacheRead : price.cacheRead],
    [row.cacheWrite5mTokens, long ? price.longCacheWrite5m : price.cacheWrite5m],
    [row.cacheWrite1hTokens, long ? price.longCacheWrite1h : price.cacheWrite1h],
    [row.outputTokens, long ? price.longOutput : price.output],
  ];
  const sum = classes.reduce((total, [tokens, rate]) => total + BigInt(tokens) * (rate ?? 0n), 0n);
  return (2n * sum * BigInt(row.multiplierPpm) + 10n ** 12n) / (2n * 10n ** 12n);
}

describe.each(testPlaces(process.env.TEST_DATABASE_URL))('a random run on $name', (place) => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await place.open();
  }, 60_000);
  afterAll(() => opened.close());

  it('every cost follows from its row, and all books agree', async () => {
    const { db } = opened;
    const draws = seededDraws(20_261_123);
    await db
      .insert(channels)
      .values(
        CHANNELS.map((id) => ({ id, name: id, type: 'openai' as const, baseUrl: 'https://up.example' })),
      );
    await db.insert(prices).values(tariffs(draws));
    const reader = snapshotRows({ db, open: () => new Secret('x'), clock: systemClock, log: silentLogger });
    const read = await reader.read();
    const snapshot = { ...read, settings: { ...read.settings, truncatedPolicy: 'charge' as const } };

    const settlement = createSettlement({
      ...{ db, clock: systemClock, logger: silentLogger, workerId: 'wrk_1', timeZone: () => 'UTC' },
    });
    const sent = Array.from({ length: ROWS }, (_, number) => aRequest(draws, snapshot, number));
    for (const record of sent) settlement.settle(record);
    await settlement.flush();
    await settlement.close();

    const versions = new Map((await db.select().from(prices)).map((price) => [price.id, price]));
    const rows = await db.select().from(requestLog);
    expect(rows).toHaveLength(ROWS);
    let total = 0n;
    const wrong: string[] = [];
    for (const row of rows) {
      const price = row.priceId === null ? undefined : versions.get(row.priceId);
      const pays = !['upstream_error', 'client_error'].includes(row.outcome);
      const expected = price && pays ? costAgain(row, price) : 0n;
      if (row.cost !== expected) wrong.push(`${row.requestId}: ${row.cost}, not ${expected}`);
      total += expected;
    }
    expect(wrong).toEqual([]);
    // The run means something: most rows cost, some are free, unpriced or long.
    expect(rows.filter(({ cost }) => cost > 0n).length).toBeGreaterThan(ROWS / 3);
    expect(rows.filter(({ priceId }) => priceId === null).length).toBeGreaterThan(ROWS / 10);
    expect(new Set(rows.map(({ priceId }) => priceId)).size).toBeGreaterThan(MODELS);

    const report = await reconcile(db);
    expect(report).toMatchObject({ differences: [], difference: 0n, charged: total });
  }, 120_000);
});
