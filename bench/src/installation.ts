// `node bench/src/installation.ts [rounds]`: what concerns a whole installation, with its console and unpinned, as its user runs it:
// how soon it relays after a start on an existing embedded database, and what twenty pages a second do to the relay.
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Product, startProduct } from '@api-proxy/e2e/harness/product';
import type { LoadPart, PartResult } from './load/plan.ts';
import type { UpstreamPorts } from './load/upstream.ts';
import type { Visit, Visited } from './load/visitor.ts';
import { askChild } from './measure/messages.ts';
import { type OwnProcess, startOwnProcess } from './measure/own-process.ts';
import { commandLine, cpuMicros, processTree } from './measure/process-figures.ts';
import { figureOf } from './report/median.ts';
import { setUpProduct } from './targets/product-setup.ts';
import { MODEL } from './targets/target.ts';
import { USUAL_PART } from './workloads.ts';

const STARTS = 5;
const ROUNDS = Number(process.argv[2] ?? 5);
const ROUND_MS = 6_000;
const RATE_PER_S = 200;
const PAGES_PER_S = 20;
const WARM_UP_MS = 3_000;
const LONGEST_START_MS = 30_000;

const median = (values: readonly number[]): number => figureOf(values)?.median ?? 0;
/** Linux shares cores among sessions first: what visitors take is not the generator's. */
const inOwnSession = (file: string, args: readonly string[]) => ({ file: 'setsid', args: [file, ...args] });

type Load = () => Promise<PartResult>;
const PARTS = ['console', 'reader', 'relay', 'database'] as const;
type Part = (typeof PARTS)[number];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Ms from the start of the process to the end of the first relayed answer. */
async function startAndAsk(product: Product, ask: Load): Promise<number> {
  const beganMs = performance.now();
  const started = product.start();
  while (performance.now() - beganMs < LONGEST_START_MS) {
    if ((await ask()).good === 1) {
      const tookMs = performance.now() - beganMs;
      await started;
      return tookMs;
    }
    await sleep(10);
  }
  throw new Error('no answer was relayed after the start');
}

/** CPU time of the installation's processes so far, in µs. */
function cpuOf(product: Product): Record<Part, number> {
  const cpu = { console: 0, reader: 0, relay: 0, database: 0 };
  for (const pid of processTree(product.pid())) cpu[partOf(commandLine(pid))] += cpuMicros([pid]);
  return cpu;
}

function partOf(command: string): Part {
  if (command.includes('embedded-database')) return 'database';
  if (/reader\.[jt]s/.test(command)) return 'reader';
  return /next|console/.test(command) ? 'console' : 'relay';
}

async function relayed(generator: OwnProcess<unknown>, part: LoadPart): Promise<PartResult> {
  const [result] = await askChild<PartResult[]>(generator.child, [part], ROUND_MS + 30_000);
  if (!result) throw new Error('no result');
  return result;
}

/** @throws Error when an answer was wrong */
async function p99Of(load: Load): Promise<number> {
  const { good, sent, latency } = await load();
  if (good < sent) throw new Error(`${sent - good} of ${sent} answers were wrong`);
  return latency?.p99 ?? 0;
}

type Beside = { product: Product; load: Load; visits: (lengthMs: number) => Promise<Visited> };

async function besidePages({ product, load, visits }: Beside): Promise<void> {
  // Compiled first: the relay's code, and the pages'.
  await load();
  await visits(WARM_UP_MS);
  const alone: number[] = [];
  const beside: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const atFirst = cpuOf(product);
    const aloneMs = await p99Of(load);
    const between = cpuOf(product);
    const visited = visits(ROUND_MS);
    const besideMs = await p99Of(load);
    const { pages, p50Ms, wrong } = await visited;
    const atLast = cpuOf(product);
    alone.push(aloneMs);
    beside.push(besideMs);
    const perPage = (part: Part): string => {
      const more = atLast[part] - between[part] - (between[part] - atFirst[part]);
      return `${(more / 1_000 / pages).toFixed(1)} ms ${part}`;
    };
    const cpu = PARTS.map(perPage).join(', ');
    say(
      `round ${round}: p99 alone ${aloneMs.toFixed(2)} ms, beside ${pages} pages ${besideMs.toFixed(2)} ms`,
    );
    say(`  a page took ${p50Ms.toFixed(0)} ms and CPU of ${cpu}; ${wrong} were wrong`);
  }
  const times = (median(beside) / median(alone)).toFixed(2);
  say(`p99 beside ${PAGES_PER_S} pages/s: ${times} × alone (medians, ${RATE_PER_S} requests/s)`);
}

process.env.TEST_SERVER_PROGRAM ??= 'apps/server/dist/main.js';
const upstream = await startOwnProcess<UpstreamPorts>({ program: 'load/upstream.ts' });
const generator = await startOwnProcess({ program: 'load/generator.ts' });
const visitor = await startOwnProcess({ program: 'load/visitor.ts', wrap: inOwnSession });
const product = await startProduct({ database: 'embedded', console: true });
try {
  const { admin, credentials } = await setUpProduct(product.url, upstream.ready);
  const part: LoadPart = {
    ...USUAL_PART,
    ...{ name: 'relay', port: Number(new URL(product.url).port) },
    ...{ credentials: [credentials.good], models: [MODEL] },
  };
  const often = { ...part, connections: 32, ratePerS: RATE_PER_S, maxMs: ROUND_MS };
  const visit: Omit<Visit, 'lengthMs'> = { url: product.url, cookie: admin.cookie(), perS: PAGES_PER_S };
  const visits = (lengthMs: number) =>
    askChild<Visited>(visitor.child, { ...visit, lengthMs } satisfies Visit, lengthMs + 60_000);
  await besidePages({ product, load: () => relayed(generator, often), visits });
  const once = { ...part, connections: 1, total: 1, maxMs: LONGEST_START_MS };
  const starts: number[] = [];
  for (let index = 0; index < STARTS; index++) {
    await product.stop();
    starts.push(await startAndAsk(product, () => relayed(generator, once)));
  }
  const took = starts.map((ms) => ms.toFixed(0)).join(', ');
  say(
    `start to first relayed answer on an existing embedded database: ${took} ms, median ${median(starts).toFixed(0)}`,
  );
} finally {
  await product.remove();
  await visitor.stop();
  await generator.stop();
  await upstream.stop();
}
