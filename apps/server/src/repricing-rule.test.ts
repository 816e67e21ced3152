// Promise: a re-pricing costs each request what the relay would have charged by the same prices, to the nano-dollar.
import { channels } from '@api-proxy/db/schema/channels';
import { prices } from '@api-proxy/db/schema/prices';
import { requestAdjustments } from '@api-proxy/db/schema/request-adjustments';
import { requestLog } from '@api-proxy/db/schema/request-log';
import { cost } from '@api-proxy/gateway/metering/cost';
import { resolvePrice } from '@api-proxy/gateway/metering/price';
import { HOUR_MS } from '@api-proxy/kit/duration';
import { silentLogger } from '@api-proxy/kit/logger';
import { type Draws, seededDraws } from '@api-proxy/kit/random';
import { Secret } from '@api-proxy/kit/secret';
import { NO_USAGE } from '@api-proxy/protocols/usage';
import { createRepricing } from '@api-proxy/services/repricing/create-repricing';
import { openTestBench, type TestBench } from '@api-proxy/services/testing/bench';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { snapshotRows } from './adapters/snapshot-rows.ts';

const ROWS = 2_000;
const RANGE_MS = 5 * HOUR_MS;
const MODELS = ['model-0', 'model-1', 'model-2', 'model-3', 'unpriced'];
const CHANNELS = ['chn_a', 'chn_b'];
const MULTIPLIERS = [1_000_000, 1, 333_333, 1_500_000, 999_999, 10_000_000];

let bench: TestBench;
beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
afterAll(() => bench.close());

/** Up to $100 per million tokens; often free, or of the kind that leaves exactly half a nano-dollar. */
function rate({ one, below }: Draws): bigint {
  return one([0n, 500_000n, 1_500_000n, BigInt(below(100_000_000_000)), BigInt(below(1_000_000))]);
}

function ratesOf(draws: Draws) {
  return {
    ...{ input: rate(draws), output: rate(draws), cacheRead: rate(draws) },
    ...{ cacheWrite5m: rate(draws), cacheWrite1h: rate(draws) },
  };
}

/** Six versions of each model's price: general and of a channel, scheduled for the same moment, with a tier that names some rates. */
function tariffs(draws: Draws, startMs: number): (typeof prices.$inferInsert)[] {
  return MODELS.slice(0, -1).flatMap((model) =>
    Array.from({ length: 6 }, (_, version) => ({
      id: `prc_${model}_${version}`,
      ...{ provider: 'p', model, createdAt: new Date(startMs) },
      channelId: draws.chance(0.4) ? draws.one(CHANNELS) : null,
      ...ratesOf(draws),
      ...(draws.chance(0.5) && {
        longContextThreshold: 1 + draws.below(3_000),
        longInput: draws.chance(0.7) ? rate(draws) : null,
        longOutput: draws.chance(0.7) ? rate(draws) : null,
        longCacheRead: draws.chance(0.7) ? rate(draws) : null,
      }),
      effectiveFrom: new Date(startMs - HOUR_MS + draws.below(4) * HOUR_MS),
    })),
  );
}

function rowOf(draws: Draws, { number, startMs }: { number: number; startMs: number }) {
  const tokens = () => draws.one([0, 1, 3, draws.below(2_000), draws.below(1_000_000)]);
  return {
    requestId: `req_${number}`,
    startedAt: new Date(startMs + draws.below(RANGE_MS)),
    ...{ userId: 'usr_1', keyId: 'key_1', protocolIn: 'anthropic-messages' as const },
    ...{ operation: 'generate' as const, modelAsked: draws.one(MODELS), stream: false, status: 200 },
    ...{ outcome: 'ok' as const, durationMs: 5, priced: true, channelId: draws.one(CHANNELS) },
    ...{ inputTokens: tokens(), cacheReadTokens: tokens(), cacheWrite5mTokens: tokens() },
    ...{ cacheWrite1hTokens: tokens(), outputTokens: tokens() },
    ...{ multiplierPpm: draws.one(MULTIPLIERS), cost: BigInt(draws.below(1_000_000)) },
  };
}

it('2,000 random requests: every cost of the SQL is that of the relay', { timeout: 60_000 }, async () => {
  const draws = seededDraws(20_261_124);
  const { db, clock } = bench.ports;
  const endMs = clock.nowMs();
  const startMs = endMs - RANGE_MS;
  for (const id of CHANNELS)
    await db.insert(channels).values({ id, name: id, type: 'claude', baseUrl: 'http://upstream.test' });
  await db.insert(prices).values(tariffs(draws, startMs - HOUR_MS));
  const rows = Array.from({ length: ROWS }, (_, number) => rowOf(draws, { number, startMs }));
  for (let at = 0; at < ROWS; at += 500) await db.insert(requestLog).values(rows.slice(at, at + 500));

  const open = () => new Secret('none');
  const snapshot = await snapshotRows({ db, clock, open, log: silentLogger }).read();
  const expected = new Map<string, bigint>();
  for (const row of rows) {
    const { modelAsked: model, channelId } = row;
    const price = resolvePrice(snapshot, { model, channelId, nowMs: row.startedAt.getTime() });
    if (!price) continue;
    const usage = {
      ...NO_USAGE,
      ...{ input: row.inputTokens, cacheRead: row.cacheReadTokens, output: row.outputTokens },
      ...{ cacheWrite5m: row.cacheWrite5mTokens, cacheWrite1h: row.cacheWrite1hTokens },
    };
    const delta = cost(usage, price, row.multiplierPpm) - row.cost;
    if (delta !== 0n) expected.set(row.requestId, delta);
  }
  expect(expected.size).toBeGreaterThan(ROWS / 2);

  const admin = await bench.as('admin', 'Root');
  const [from, to] = [new Date(startMs).toISOString(), new Date(endMs).toISOString()];
  const run = await createRepricing(admin, { body: { from, to, chargeUnpriced: false, note: 'a check' } });
  expect(run).toMatchObject({ rows: ROWS, changedRows: expected.size });
  const adjusted = await db.select().from(requestAdjustments);
  expect(new Map(adjusted.map(({ requestId, delta }) => [requestId, delta]))).toEqual(expected);
});
