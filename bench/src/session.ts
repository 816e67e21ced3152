// A whole run: starts everything, warms it up, measures round after round, and ends everything whatever happens.
import process from 'node:process';
import { MINUTE_MS, sleep } from '@api-proxy/kit/duration';
import { partsFor, warmUp } from './load/parts.ts';
import type { PartResult } from './load/plan.ts';
import type { UpstreamPorts } from './load/upstream.ts';
import { startLoopDelays } from './measure/loop-delay.ts';
import { askChild } from './measure/messages.ts';
import { type OwnProcess, startOwnProcess } from './measure/own-process.ts';
import { type Pinning, whenIdle } from './measure/pinning.ts';
import { workerMb } from './measure/process-figures.ts';
import { type Bench, type Round, runRound } from './measure/round.ts';
import type { Options } from './options.ts';
import type { Window } from './profile-summary.ts';
import { startTarget } from './targets/start.ts';
import type { Target, TargetName, Unavailable } from './targets/target.ts';
import type { Workload } from './workloads.ts';

export type Cell = { readonly workload: Workload; readonly target: TargetName; readonly rounds: Round[] };

/** Memory of a target's worker. */
export type TargetFacts = {
  readonly name: TargetName;
  /** Set up, before any load. */
  readonly restMb: number;
  /** Two seconds after the last load. */
  readonly afterMb: number;
  /** After the quiet time that was asked for; null without. */
  readonly quietMb: number | null;
};

export type Outcome = {
  readonly cells: readonly Cell[];
  readonly targets: readonly TargetFacts[];
  readonly unavailable: readonly Unavailable[];
  /** When the loads ran. */
  readonly window: Window;
};

export type SessionPlan = {
  readonly options: Options;
  readonly pinning: Pinning;
  /** For the processes that are measured. */
  readonly env: Readonly<Record<string, string>>;
  /** Told what is going on. */
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
};

type Env = Readonly<Record<string, string>>;

const SETTLE_MS = 2_000;

export async function runSession(given: SessionPlan): Promise<Outcome> {
  const running: { stop(): Promise<void> }[] = [];
  const loopDelays = given.options.loopDelay ? startLoopDelays() : undefined;
  const plan = loopDelays ? { ...given, env: joined(given.env, loopDelays.env) } : given;
  try {
    const upstream = await startOwnProcess<UpstreamPorts>({ program: 'load/upstream.ts' });
    running.push(upstream);
    const generator = await startOwnProcess({ program: 'load/generator.ts' });
    running.push(generator);
    const wrap = whenIdle(plan.pinning);
    if (wrap) running.push(await startOwnProcess({ program: 'measure/keep-awake.ts', wrap }));
    const { targets, unavailable } = await startTargets(plan, upstream, running);
    const bench = { generator, upstream, loopDelays };
    const restMb = new Map<TargetName, number>();
    for (const target of targets) {
      restMb.set(target.name, workerMb(target.processes().relay));
      await warm(bench, target, plan);
    }
    const from = nowMicros();
    const cells = await measureAll(plan, { bench, targets });
    const window = { from, to: nowMicros() };
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const memory = () => new Map(targets.map(({ name, processes }) => [name, workerMb(processes().relay)]));
    const afterMb = memory();
    const { restMinutes } = plan.options;
    if (restMinutes > 0) await rest(restMinutes, plan);
    const quietMb = restMinutes > 0 ? memory() : null;
    const facts = targets.map(({ name }) => ({
      name,
      restMb: restMb.get(name) ?? 0,
      afterMb: afterMb.get(name) ?? 0,
      quietMb: quietMb?.get(name) ?? null,
    }));
    return { cells, targets: facts, unavailable, window };
  } finally {
    for (const one of running.reverse()) await one.stop();
    loopDelays?.close();
  }
}

async function rest(minutes: number, { say, signal }: SessionPlan): Promise<void> {
  say(`${minutes} minutes of rest`);
  await sleep(minutes * MINUTE_MS, signal);
}

/** Both environments; options for Node add up. */
function joined(one: Env, other: Env): Env {
  const options = [one.NODE_OPTIONS, other.NODE_OPTIONS].filter((text) => text !== undefined);
  return { ...one, ...other, NODE_OPTIONS: options.join(' ') };
}

function nowMicros(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

async function startTargets(
  { options, pinning, env, say, signal }: SessionPlan,
  upstream: OwnProcess<UpstreamPorts>,
  running: { stop(): Promise<void> }[],
): Promise<{ targets: Target[]; unavailable: Unavailable[] }> {
  const targets: Target[] = [];
  const unavailable: Unavailable[] = [];
  for (const name of options.targets) {
    signal.throwIfAborted();
    say(`starting ${name}`);
    const started = await startTarget(name, { pinning, upstream: upstream.ready, env });
    if ('unavailable' in started) {
      say(`${name} is left out: ${started.unavailable}`);
      unavailable.push(started);
    } else {
      targets.push(started);
      running.push(started);
    }
  }
  return { targets, unavailable };
}

async function warm(bench: Bench, target: Target, { say, signal }: SessionPlan): Promise<void> {
  signal.throwIfAborted();
  say(`warming up ${target.name}`);
  const load = warmUp(target);
  const startMs = Date.now();
  const results = await askChild<PartResult[]>(bench.generator.child, load, 60_000);
  const sent = results.reduce((sum, result) => sum + result.sent, 0);
  // Rows of the warm-up must not fall into the first round.
  for (let tries = 0; target.books && tries < 100; tries++) {
    if ((await target.books.since(startMs)).rows >= sent) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function measureAll(
  { options, say, signal }: SessionPlan,
  { bench, targets }: { bench: Bench; targets: readonly Target[] },
): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const workload of options.workloads) {
    const looking = targets.filter(({ books }) => books !== undefined || !workload.relayOnly);
    const own = looking.map((target): Cell => ({ workload, target: target.name, rounds: [] }));
    // Where every request may be the first of its key, one round that doesn't count fills the caches.
    for (let round = workload.many ? -1 : 0; round < (workload.soak ? 1 : options.rounds); round++) {
      for (const [index, target] of looking.entries()) {
        signal.throwIfAborted();
        const measured = await runRound(bench, target, await partsFor(workload, target, options));
        if (round >= 0) own[index]?.rounds.push(measured);
        const trouble = measured.problems.length > 0 ? `: ${measured.problems.join('; ')}` : '';
        say(`${workload.name} ${target.name} round ${round + 1}${trouble}`);
      }
    }
    cells.push(...own);
  }
  return cells;
}
