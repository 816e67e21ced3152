// One round of one cell: runs the load, takes the figures of the processes, and checks what came of it.
import type { LoadPart, PartResult } from '../load/plan.ts';
import type { UpstreamReport } from '../load/upstream.ts';
import type { Booked } from '../targets/books.ts';
import type { Target } from '../targets/target.ts';
import { answerProblems, bookProblems, expectedRows, type Measured, refusalProblems } from './check.ts';
import type { LoopDelay, LoopDelays } from './loop-delay.ts';
import { askChild } from './messages.ts';
import type { OwnProcess } from './own-process.ts';
import { cpuMicros, establishedAt, workerMb } from './process-figures.ts';

export type Bench = {
  /** Absent where nobody asked for them. */
  readonly loopDelays: LoopDelays | undefined;
  readonly generator: OwnProcess<unknown>;
  readonly upstream: OwnProcess<unknown>;
};

export type Round = {
  readonly results: readonly PartResult[];
  readonly requests: number;
  readonly events: number;
  /** Right answers per second of the first part. */
  readonly rate: number;
  /** CPU of the round in µs, by whose account. */
  readonly cpu: { readonly relay: number; readonly database: number; readonly redis: number };
  readonly peakMb: number;
  /** Resident memory after a fifth of the load, and at its end. */
  readonly courseMb: { readonly early: number; readonly late: number };
  /** Of the process of the target whose event loop was latest; null without one. */
  readonly loopDelay: LoopDelay | null;
  /** Rows booked per second, from the start of the load to the last row's commit; null without books. */
  readonly rowsPerS: number | null;
  /** Requests that the upstream refused per request of a client. */
  readonly refusedShare: number;
  /** Why this round does not count; empty: it does. */
  readonly problems: readonly string[];
};

/** Beyond the time that the load may take. */
const LOAD_PATIENCE_MS = 50_000;
const EARLY = { from: 0.1, to: 0.2 };
const LATE = { from: 0.9, to: 1 };
const SAMPLE_MS = 100;
const ROWS_DEADLINE_MS = 30_000;
const ROWS_POLL_MS = 100;
const CLOSED_DEADLINE_MS = 3_000;
const AT_REST_MS = 60;

export async function runRound(bench: Bench, target: Target, load: LoadPart[]): Promise<Round> {
  const processes = target.processes();
  const before = await state(bench, target);
  await bench.loopDelays?.take(processes.relay);
  const memory = watchMemory(processes.relay);
  const startMs = Date.now();
  const began = performance.now();
  const results = await askChild<PartResult[]>(
    bench.generator.child,
    load,
    Math.max(...load.map(({ maxMs }) => maxMs)) + LOAD_PATIENCE_MS,
  );
  const loopDelay = (await bench.loopDelays?.take(processes.relay)) ?? null;
  const courseMb = memory.course();
  const measured: Measured[] = load.flatMap((part, index) => {
    const result = results[index];
    return result ? [{ part, result }] : [];
  });
  const booked = await waitForRows(target, { startMs, rows: expectedRows(measured) });
  const seconds = (performance.now() - began) / 1_000;
  const closing = await waitForClosed(bench, { target, atRest: before.open });
  await pause(AT_REST_MS);
  const after = await state(bench, target);
  const peakMb = memory.stop();
  const problems = measured.flatMap(answerProblems);
  if (booked) problems.push(...bookProblems(measured, { booked, usedMore: after.used - before.used }));
  const requests = results.reduce((sum, { sent }) => sum + sent, 0);
  const refusedShare = (after.refused - before.refused) / Math.max(1, requests);
  problems.push(...refusalProblems(measured, refusedShare));
  const [first] = results;
  return {
    results,
    requests,
    events: results.reduce((sum, { events }) => sum + events, 0),
    rate: first ? first.good / first.seconds : 0,
    cpu: {
      relay: after.relay - before.relay,
      database: after.database - before.database,
      redis: after.redis - before.redis,
    },
    ...{ peakMb, courseMb, loopDelay },
    rowsPerS: booked ? booked.rows / seconds : null,
    refusedShare,
    problems: [...problems, ...closing],
  };
}

type State = { open: number; relay: number; database: number; redis: number; used: bigint; refused: number };

async function state(bench: Bench, target: Target): Promise<State> {
  const used = (await target.books?.used()) ?? 0n;
  const { limited } = await upstreamReport(bench);
  const processes = target.processes();
  return {
    open: establishedAt(target.port),
    relay: cpuMicros(processes.relay),
    database: cpuMicros(processes.database),
    redis: cpuMicros(processes.redis),
    used,
    refused: limited,
  };
}

function upstreamReport(bench: Bench): Promise<UpstreamReport> {
  return askChild<UpstreamReport>(bench.upstream.child, null, 5_000);
}

async function waitForRows(
  { books }: Target,
  { startMs, rows }: { startMs: number; rows: number },
): Promise<Booked | null> {
  if (!books) return null;
  const deadlineMs = performance.now() + ROWS_DEADLINE_MS;
  let booked = await books.since(startMs);
  while (booked.rows < rows && performance.now() < deadlineMs) {
    await pause(ROWS_POLL_MS);
    booked = await books.since(startMs);
  }
  return booked;
}

/** The generator has closed its connections: none but those `atRest` (of the set-up) may be left, and no answer be under way. */
async function waitForClosed(
  bench: Bench,
  { target, atRest }: { target: Target; atRest: number },
): Promise<string[]> {
  const deadlineMs = performance.now() + CLOSED_DEADLINE_MS;
  for (;;) {
    const { running } = await upstreamReport(bench);
    // What stands between a relay and the upstream is kept alive on purpose; clients are gone.
    const open = target.name === 'direct' ? 0 : Math.max(0, establishedAt(target.port) - atRest);
    if (running === 0 && open === 0) return [];
    if (performance.now() > deadlineMs) {
      return [`left open: ${open} sockets of clients, ${running} answers of the upstream`];
    }
    await pause(20);
  }
}

function watchMemory(pids: readonly number[]): { course(): Round['courseMb']; stop(): number } {
  const samples = [workerMb(pids)];
  const timer = setInterval(() => samples.push(workerMb(pids)), SAMPLE_MS);
  const mean = ({ from, to }: { from: number; to: number }): number => {
    const part = samples.slice(Math.floor(samples.length * from), Math.ceil(samples.length * to));
    return part.reduce((sum, mb) => sum + mb, 0) / part.length;
  };
  return {
    course: () => ({ early: mean(EARLY), late: mean(LATE) }),
    stop: () => {
      clearInterval(timer);
      return samples.reduce((peak, mb) => Math.max(peak, mb), 0);
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
