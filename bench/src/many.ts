// `node bench/src/many.ts [embedded|distributed] [rounds] [requests]`: what 1,000 keys, 100 channels and 500 models cost, each against
// one of it. Two installations side by side, one with one of each, one with all; their loads alternate, as minutes lie between the
// cells of the table and this machine is another one then.
import process from 'node:process';
import { sleep } from '@api-proxy/kit/duration';
import { warmUp } from './load/parts.ts';
import type { LoadPart, PartResult } from './load/plan.ts';
import type { UpstreamPorts } from './load/upstream.ts';
import { askChild } from './measure/messages.ts';
import { type OwnProcess, startOwnProcess } from './measure/own-process.ts';
import { startPinning, whenIdle } from './measure/pinning.ts';
import { cpuMicros } from './measure/process-figures.ts';
import { figureOf } from './report/median.ts';
import { startTarget } from './targets/start.ts';
import {
  KEYS_OF_MANY,
  MODEL,
  MODELS_OF_MANY,
  modelName,
  type Target,
  type TargetName,
} from './targets/target.ts';
import { USUAL_PART } from './workloads.ts';

const [, , targetName = 'embedded', roundsText = '5', requestsText = '20000'] = process.argv;
const ROUNDS = Number(roundsText);
const CONNECTIONS = 16;
const LONGEST_MS = 120_000;
/** Rows are booked behind the requests. */
const SETTLE_MS = 2_500;

type Load = {
  readonly name: string;
  readonly target: Target;
  readonly part: LoadPart;
  /** µs of the relay per request, round by round. */
  readonly cpu: number[];
};

const running: { stop(): Promise<void> }[] = [];
async function keep<Started extends { stop(): Promise<void> }>(starting: Promise<Started>): Promise<Started> {
  const started = await starting;
  running.push(started);
  return started;
}

function loadOf(name: string, target: Target, over: Partial<LoadPart> = {}): Load {
  const { port, credentials } = target;
  const usual = { ...USUAL_PART, name, port, credentials: [credentials.good], models: [MODEL] };
  const size = { connections: CONNECTIONS, total: Number(requestsText), maxMs: LONGEST_MS };
  return { name, target, part: { ...usual, ...size, ...over }, cpu: [] };
}

/** @throws Error when an answer was wrong */
async function measure({ name, target, part, cpu }: Load, generator: OwnProcess<unknown>): Promise<void> {
  const { relay } = target.processes();
  const before = cpuMicros(relay);
  const [result] = await askChild<PartResult[]>(generator.child, [part], LONGEST_MS + 30_000);
  await sleep(SETTLE_MS);
  if (!result || result.good < result.sent) throw new Error(`${name}: an answer was wrong`);
  cpu.push((cpuMicros(relay) - before) / result.sent);
}

function line({ name, cpu }: Load, one: number): string {
  const { median, low, high } = figureOf(cpu) ?? { median: 0, low: 0, high: 0 };
  const range = `[${low.toFixed(0)}–${high.toFixed(0)}]`;
  return `${name}: ${median.toFixed(0)} ${range} µs per request, ${(median / one).toFixed(2)} ×\n`;
}

try {
  const pinning = startPinning();
  const upstream = await keep(startOwnProcess<UpstreamPorts>({ program: 'load/upstream.ts' }));
  const generator = await keep(startOwnProcess({ program: 'load/generator.ts' }));
  const wrap = whenIdle(pinning);
  if (wrap) await keep(startOwnProcess({ program: 'measure/keep-awake.ts', wrap }));
  const start = async (): Promise<Target> => {
    const site = { pinning, upstream: upstream.ready, env: {} };
    const started = await startTarget(targetName as TargetName, site);
    if ('unavailable' in started) throw new Error(started.unavailable);
    running.push(started);
    await askChild(generator.child, warmUp(started), LONGEST_MS);
    return started;
  };
  const few = await start();
  const many = await start();
  const configured = await many.configureMany?.();
  if (!configured) throw new Error(`${targetName} has nothing to configure`);
  const credentials = configured.slice(0, KEYS_OF_MANY);
  const models = Array.from({ length: MODELS_OF_MANY }, (_, index) => modelName(index));
  const loads = [
    loadOf('one of each', few),
    loadOf('100 channels', many),
    loadOf('100 channels, 500 models', many, { models }),
    loadOf('100 channels, 1,000 keys', many, { credentials }),
    loadOf('100 channels, 500 models, 1,000 keys', many, { credentials, models }),
  ];
  // Each once before it counts; then to and fro, so that none always comes after the same one.
  for (const load of loads) await measure({ ...load, cpu: [] }, generator);
  for (let round = 0; round < ROUNDS; round++) {
    for (const load of round % 2 === 0 ? loads : loads.toReversed()) await measure(load, generator);
  }
  const one = figureOf(loads[0]?.cpu ?? [])?.median ?? 0;
  for (const load of loads) process.stdout.write(line(load, one));
} finally {
  for (const one of running.reverse()) await one.stop();
}
