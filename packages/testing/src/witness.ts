// The fake's own count of what it received and delivered, independent of what a relay claims.
import type { IncomingHttpHeaders } from 'node:http';
import type { FakeUsage, ProtocolName } from './plan.ts';
import { tokensOf } from './tokens.ts';

/**
 * `complete`: the whole answer left; `error`: a whole error answer left; `cut`: the fake broke off as scripted;
 * `aborted`: the peer went away first; `open`: still running.
 */
export type WitnessOutcome = 'open' | 'complete' | 'error' | 'cut' | 'aborted';

export interface WitnessRecord {
  readonly sequence: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  protocol: ProtocolName | null;
  model: string | null;
  stream: boolean;
  bodyBytes: number;
  bodySha256: string;
  status: number;
  outcome: WitnessOutcome;
  /** Response body bytes handed to the socket, and content bytes and events among them. */
  bytesSent: number;
  contentBytesSent: number;
  eventsSent: number;
  /** Usage of the whole answer, once it was planned; `usageSent` tells whether the peer could see it. */
  usage: FakeUsage | null;
  usageSent: boolean;
  closedAt: number | null;
}

export interface WitnessTotals {
  readonly requests: number;
  readonly outcomes: Readonly<Record<WitnessOutcome, number>>;
  readonly bytesSent: number;
  /** Tokens whose content was delivered, by the fake's counting rule. */
  readonly tokensSent: number;
  /** Sum of the usage of complete answers: what a relay should have charged for them. */
  readonly usage: FakeUsage;
}

export interface WitnessSummary extends WitnessTotals {
  readonly models: Readonly<Record<string, WitnessTotals>>;
}

export interface Witness {
  /** The newest requests, oldest first (at most `KEPT`). */
  readonly recent: () => readonly WitnessRecord[];
  readonly last: () => WitnessRecord | null;
  readonly summary: () => WitnessSummary;
  /** Resolves with the first record, past or future, that satisfies `test`; rejects after `timeoutMs`. */
  readonly waitFor: (test: (record: WitnessRecord) => boolean, timeoutMs?: number) => Promise<WitnessRecord>;
}

export interface WitnessBook extends Witness {
  readonly open: (facts: { method: string; path: string; headers: IncomingHttpHeaders }) => WitnessRecord;
  /** Tells waiters that something changed. */
  readonly changed: (record: WitnessRecord) => void;
  /** Enters the end of a request in the totals. */
  readonly close: (record: WitnessRecord, outcome: WitnessOutcome) => void;
  readonly reset: () => void;
}

const KEPT = 2_000;
const GLANCE_MS = 10;
const NO_USAGE: FakeUsage = {
  input: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: 0,
};

interface Tally {
  requests: number;
  outcomes: Record<WitnessOutcome, number>;
  bytesSent: number;
  tokensSent: number;
  usage: FakeUsage;
}

function emptyTally(): Tally {
  const outcomes = { open: 0, complete: 0, error: 0, cut: 0, aborted: 0 };
  return { requests: 0, outcomes, bytesSent: 0, tokensSent: 0, usage: NO_USAGE };
}

function addUsage(a: FakeUsage, b: FakeUsage): FakeUsage {
  return {
    input: a.input + b.input,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
    output: a.output + b.output,
    reasoning: a.reasoning + b.reasoning,
  };
}

function addRecord(tally: Tally, record: WitnessRecord): void {
  tally.outcomes[record.outcome] += 1;
  tally.bytesSent += record.bytesSent;
  tally.tokensSent += tokensOf(record.contentBytesSent);
  if (record.outcome === 'complete' && record.usage !== null)
    tally.usage = addUsage(tally.usage, record.usage);
}

interface Waiter {
  readonly test: (record: WitnessRecord) => boolean;
  readonly resolve: (record: WitnessRecord) => void;
}

/** Totals of everything received, and per model of what has ended. */
function tallies() {
  let total = emptyTally();
  const models = new Map<string, Tally>();
  return {
    received() {
      total.requests += 1;
    },
    ended(record: WitnessRecord) {
      addRecord(total, record);
      const model = record.model ?? '';
      const tally = models.get(model) ?? emptyTally();
      models.set(model, tally);
      tally.requests += 1;
      addRecord(tally, record);
    },
    summary(): WitnessSummary {
      const ended = Object.values(total.outcomes).reduce((sum, count) => sum + count, 0);
      const outcomes = { ...total.outcomes, open: total.requests - ended };
      return { ...total, outcomes, models: structuredClone(Object.fromEntries(models)) };
    },
    clear() {
      total = emptyTally();
      models.clear();
    },
  };
}

export function witnessBook(now: () => number): WitnessBook {
  let sequence = 0;
  let forgotten = 0;
  let records: WitnessRecord[] = [];
  const waiters = new Set<Waiter>();
  const counts = tallies();
  const changed = (record: WitnessRecord) => {
    for (const waiter of waiters) if (waiter.test(record)) waiter.resolve(record);
  };
  return {
    recent: () => records.slice(-KEPT),
    last: () => records.at(-1) ?? null,
    summary: counts.summary,
    waitFor(test, timeoutMs = 5_000) {
      const known = records.find(test);
      if (known !== undefined) return Promise.resolve(known);
      const { promise, resolve, reject } = Promise.withResolvers<WitnessRecord>();
      const waiter: Waiter = { test, resolve };
      waiters.add(waiter);
      const timer = setTimeout(() => {
        reject(new Error(`witness saw no such request in ${timeoutMs} ms`));
      }, timeoutMs);
      // Counts grow while a stream runs, without a notice of their own.
      const glance = setInterval(() => records.slice(-KEPT).forEach(changed), GLANCE_MS);
      return promise.finally(() => {
        clearTimeout(timer);
        clearInterval(glance);
        waiters.delete(waiter);
      });
    },
    open(facts) {
      sequence += 1;
      counts.received();
      const record: WitnessRecord = { ...facts, ...newRecord(sequence, now()) };
      records.push(record);
      if (records.length > 2 * KEPT) records = records.slice(-KEPT);
      return record;
    },
    changed,
    close(record, outcome) {
      if (record.outcome !== 'open') return;
      record.outcome = outcome;
      record.closedAt = now();
      if (record.sequence > forgotten) counts.ended(record);
      changed(record);
    },
    reset() {
      forgotten = sequence;
      records = [];
      counts.clear();
    },
  };
}

type NewRecord = Omit<WitnessRecord, 'method' | 'path' | 'headers'>;

function newRecord(sequence: number, receivedAt: number): NewRecord {
  return {
    sequence,
    receivedAt,
    protocol: null,
    model: null,
    stream: false,
    bodyBytes: 0,
    bodySha256: '',
    status: 0,
    outcome: 'open',
    bytesSent: 0,
    contentBytesSent: 0,
    eventsSent: 0,
    usage: null,
    usageSent: false,
    closedAt: null,
  };
}
