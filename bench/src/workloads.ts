// The work, as a table: what is asked of every target, and how long.
import type { LoadPart } from './load/plan.ts';
import type { Credentials } from './targets/target.ts';

/** A part before it knows its target. */
export type PartPlan = Partial<Omit<LoadPart, 'port' | 'credentials' | 'models' | 'name'>> & {
  readonly credential?: keyof Credentials;
  readonly fallback?: boolean;
};

export type Workload = {
  readonly name: string;
  readonly about: string;
  /** What the CPU is divided by. */
  readonly unit: 'request' | 'event';
  /** In the short run too. */
  readonly quick: boolean;
  /** Means something only where keys and channels are looked at. */
  readonly relayOnly?: boolean;
  /** Uses all of 1,000 keys × 100 channels × 500 models. */
  readonly many?: boolean;
  /** Runs for the minutes that the command line gives, once, and only when it is named. */
  readonly soak?: boolean;
  /** One of several that are named together. */
  readonly group?: string;
  readonly parts: Readonly<Record<string, PartPlan>>;
};

const UNTIL_TIME = 1_000_000_000;

/** What a part has when its row says nothing else. */
export const USUAL_PART = {
  dialect: 'anthropic',
  connections: 1,
  total: UNTIL_TIME,
  /** The full run takes {@link FULL_FACTOR} times as long. */
  maxMs: 700,
  rampMs: 0,
  abortShare: 0,
  pauseMs: 0,
  status: 200,
  bodyBytes: 2_048,
  events: 0,
  intervalMs: 0,
  firstMs: 0,
} as const;

/** Loads that end by time run longer in the full run. */
export const FULL_FACTOR = 5;
/** For parts that end by their number of requests. */
const BY_COUNT = { maxMs: 10_000 };

const STREAMS_BESIDE = { ...BY_COUNT, connections: 50, total: 50, events: 100, intervalMs: 20 };

/** Beside `json-rate`: the steps by which the highest rate is found. */
const RATES_PER_S = [2_000, 3_000, 4_000, 5_000, 6_000, 8_000, 10_000];

export const WORKLOADS: readonly Workload[] = [
  {
    ...{ name: 'json-c1', about: 'small JSON, one at a time', unit: 'request', quick: true },
    parts: { json: { connections: 1 } },
  },
  {
    ...{ name: 'json-c16', about: 'small JSON, 16 at a time', unit: 'request', quick: true },
    parts: { json: { connections: 16 } },
  },
  {
    ...{ name: 'json-c64', about: 'small JSON, 64 at a time', unit: 'request', quick: false },
    parts: { json: { connections: 64 } },
  },
  {
    ...{ name: 'json-c128', about: 'small JSON, 128 at a time', unit: 'request', quick: false },
    parts: { json: { connections: 128 } },
  },
  {
    ...{
      name: 'json-openai',
      about: 'small JSON as chat completion, 16 at a time',
      unit: 'request',
      quick: false,
    },
    parts: { json: { connections: 16, dialect: 'openai' } },
  },
  {
    ...{ name: 'json-rate', about: 'small JSON at 1,000/s, open loop', unit: 'request', quick: true },
    parts: { json: { connections: 128, ratePerS: 1_000 } },
  },
  ...RATES_PER_S.map(rateStep),
  {
    ...{ name: 'json-5mb', about: '5 MB body with an image, 2 at a time', unit: 'request', quick: false },
    parts: { json: { ...BY_COUNT, connections: 2, total: 20, bodyBytes: 5 * 1024 * 1024 } },
  },
  {
    ...{ name: 'sse-paced', about: '50 streams of 200 events, 5 ms apart', unit: 'event', quick: true },
    parts: { sse: { ...BY_COUNT, connections: 50, total: 50, events: 200, intervalMs: 5 } },
  },
  {
    ...{ name: 'sse-openai', about: 'the same as chat completions', unit: 'event', quick: false },
    parts: {
      sse: { ...BY_COUNT, connections: 50, total: 50, events: 200, intervalMs: 5, dialect: 'openai' },
    },
  },
  {
    ...{ name: 'sse-1000', about: '1,000 streams, event every 50 ms', unit: 'event', quick: true },
    parts: {
      sse: { ...BY_COUNT, connections: 1_000, total: 1_000, events: 40, intervalMs: 50, rampMs: 1_000 },
    },
  },
  {
    ...{ name: 'sse-2000', about: '2,000 streams, event every 50 ms', unit: 'event', quick: false },
    parts: {
      sse: { ...BY_COUNT, connections: 2_000, total: 2_000, events: 40, intervalMs: 50, rampMs: 2_000 },
    },
  },
  {
    ...{ name: 'sse-burst', about: '200 events at full speed, 16 at a time', unit: 'event', quick: true },
    parts: { sse: { connections: 16, events: 200 } },
  },
  {
    ...{
      name: 'aborts',
      about: '100 streams at a time, half of the clients leave',
      unit: 'event',
      quick: false,
    },
    parts: {
      sse: { ...BY_COUNT, connections: 100, total: 400, events: 100, intervalMs: 5, abortShare: 0.5 },
    },
  },
  {
    ...{
      name: 'slow-readers',
      about: '8 clients take 3 MB of events in pieces',
      unit: 'event',
      quick: false,
    },
    parts: { sse: { ...BY_COUNT, connections: 8, total: 8, events: 20_000, pauseMs: 30 } },
  },
  {
    ...{
      name: 'fallback',
      about: 'the first channel answers 429',
      unit: 'request',
      quick: false,
      relayOnly: true,
    },
    parts: { json: { connections: 16, fallback: true } },
  },
  {
    ...{ name: 'rejects', about: '5,000 rejects/s beside 50 streams', unit: 'request', quick: false },
    relayOnly: true,
    parts: {
      streams: STREAMS_BESIDE,
      unknown: { ...rejects(3_000), credential: 'unknown', status: 401 },
      poor: { ...rejects(1_000), credential: 'poor', status: 402 },
      limited: { ...rejects(1_000), credential: 'limited', status: 429 },
    },
  },
  {
    ...{ name: 'many', about: '1,000 keys × 100 channels × 500 models', unit: 'request', quick: false },
    ...{ relayOnly: true, many: true },
    // Several requests for each key: what is measured is not only the first one of each.
    parts: { json: { maxMs: 20_000, connections: 16, total: 8_000 } },
  },
  {
    ...{
      name: 'soak',
      about: 'a bit of everything for many minutes',
      unit: 'event',
      quick: false,
      soak: true,
    },
    relayOnly: true,
    parts: {
      json: { connections: 64, ratePerS: 200 },
      streams: { connections: 50, events: 60, intervalMs: 50 },
      leaving: { connections: 20, events: 60, intervalMs: 20, abortShare: 0.5 },
      slow: { connections: 2, events: 20_000, pauseMs: 30 },
      unknown: { connections: 8, ratePerS: 50, credential: 'unknown', status: 401 },
    },
  },
];

function rateStep(ratePerS: number): Workload {
  return {
    name: `json-rate-${ratePerS}`,
    about: `small JSON at ${ratePerS}/s, open loop`,
    ...{ unit: 'request', quick: false, group: 'rate-steps' },
    parts: { json: { connections: 256, ratePerS } },
  };
}

function rejects(ratePerS: number): PartPlan {
  return { ...BY_COUNT, connections: 32, ratePerS, total: ratePerS * 2 };
}
