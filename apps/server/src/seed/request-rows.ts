// Finished requests of a month, as a team would have made them: the same ones for the same start.
import { cost } from '@api-proxy/gateway/metering/cost';
import type { Price } from '@api-proxy/gateway/snapshot';
import { DAY_MS, HOUR_MS } from '@api-proxy/kit/duration';
import { idSequence } from '@api-proxy/kit/id';
import { seededRandom } from '@api-proxy/kit/random';
import type { SettlementRow } from '@api-proxy/ledger/settlement/settlement-row';
import type { Protocol } from '@api-proxy/protocols/protocol';

export type SeedModel = { name: string; channelId: string; protocol: Protocol; price: Price };
export type SeedCaller = { userId: string; keyId: string };

export type SeedRequests = {
  callers: readonly SeedCaller[];
  models: readonly SeedModel[];
  count: number;
  days: number;
  nowMs: number;
};

const FAILURE_SHARE = 0.03;
const STREAM_SHARE = 0.7;
const ONE = 1_000_000;

/** Rows in the order of time, more of them in working hours. */
export function requestRows(options: SeedRequests): SettlementRow[] {
  const random = seededRandom(20_260_101);
  const nextId = idSequence('req');
  return startTimes(options, random).map((startedAtMs) => {
    const caller = pick(options.callers, random);
    const model = pick(options.models, random);
    return rowOf({ requestId: nextId(), startedAtMs, caller, model, random });
  });
}

function startTimes({ count, days, nowMs }: SeedRequests, random: () => number): number[] {
  const times: number[] = [];
  while (times.length < count) {
    const atMs = nowMs - HOUR_MS - Math.floor(random() * days * DAY_MS);
    const hour = new Date(atMs).getUTCHours();
    if (random() < (hour >= 1 && hour <= 11 ? 1 : 0.2)) times.push(atMs);
  }
  return times.sort((left, right) => left - right);
}

type Draft = {
  requestId: string;
  startedAtMs: number;
  caller: SeedCaller;
  model: SeedModel;
  random: () => number;
};

function rowOf({ requestId, startedAtMs, caller, model, random }: Draft): SettlementRow {
  const failed = random() < FAILURE_SHARE;
  const input = 200 + Math.floor(random() ** 3 * 40_000);
  const cached = random() < 0.4 ? Math.floor(input * 0.8) : 0;
  const output = model.protocol === 'openai-embeddings' ? 0 : 20 + Math.floor(random() ** 2 * 3_000);
  const usage = {
    input: failed ? 0 : input - cached,
    cacheRead: failed ? 0 : cached,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: failed ? 0 : output,
    reasoning: 0,
    estimated: false,
  };
  const firstByteMs = 150 + Math.floor(random() * 900);
  const durationMs = firstByteMs + (failed ? 0 : output * 8);
  const attempt = {
    channelId: model.channelId,
    channelKeyId: '',
    upstreamModel: model.name,
    status: failed ? 529 : 200,
    outcome: failed ? 'failed' : 'ok',
    reason: failed ? 'overloaded' : 'ok',
    startedAtMs,
    durationMs,
  };
  return {
    ...{ requestId, startedAtMs, ...caller, usage, durationMs },
    channelId: model.channelId,
    channelKeyId: null,
    protocolIn: model.protocol,
    protocolOut: model.protocol,
    operation: model.protocol === 'openai-embeddings' ? 'embed' : 'generate',
    modelAsked: model.name,
    modelServed: model.name,
    stream: random() < STREAM_SHARE,
    status: failed ? 529 : 200,
    outcome: failed ? 'upstream_error' : 'ok',
    errorCode: failed ? 'overloaded' : null,
    errorText: failed ? 'Overloaded' : null,
    priceId: model.price.id,
    multiplierPpm: ONE,
    costNanoUsd: cost(usage, model.price, ONE),
    priced: true,
    firstByteMs,
    overheadMs: 0.4 + random(),
    clientIp: '127.0.0.1',
    userAgent: 'seed',
    attempts: [attempt],
    decision: [{ channelId: model.channelId, kept: true, reason: 'ok' }],
    droppedFields: [],
  };
}

function pick<T>(list: readonly T[], random: () => number): T {
  const chosen = list[Math.floor(random() * list.length)];
  if (chosen === undefined) throw new RangeError('nothing to pick from');
  return chosen;
}
