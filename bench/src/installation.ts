// `node bench/src/installation.ts [rounds]`: what concerns a whole installation, with its console and unpinned, as its user runs it:
// how soon it relays after a start on an existing embedded database, and what twenty pages a second do to the relay.
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Product, startProduct } from '@api-proxy/e2e/harness/product';
import type { LoadPart, PartResult } from './load/plan.ts';
import type { UpstreamPorts } from './load/upstream.ts';
import { askChild } from './measure/messages.ts';
import { type OwnProcess, startOwnProcess } from './measure/own-process.ts';
import { commandLine, cpuMicros, processTree } from './measure/process-figures.ts';
import { setUpProduct } from './targets/product-setup.ts';
import { MODEL } from './targets/target.ts';
import { USUAL_PART } from './workloads.ts';

const STARTS = 5;
const ROUNDS = Number(process.argv[2] ?? 5);
const ROUND_MS = 6_000;
const RATE_PER_S = 200;
const PAGES_PER_S = 20;
const LONGEST_START_MS = 30_000;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
type Load = () => Promise<PartResult>;
type Part = 'console' | 'database' | 'relay';

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
  const all = processTree(product.pid());
  const database = all.filter((pid) => commandLine(pid).includes('embedded-database'));
  const console = all.filter((pid) => /next|console/.test(commandLine(pid)));
  const relay = all.filter((pid) => !database.includes(pid) && !console.includes(pid));
  return { console: cpuMicros(console), database: cpuMicros(database), relay: cpuMicros(relay) };
}

/** Asks for pages on a schedule until told to stop; gives how many came, and how long they took. */
function visit(url: string, cookie: string): () => Promise<{ pages: number; p50Ms: number; wrong: number }> {
  const tookMs: number[] = [];
  let wrong = 0;
  const under = new Set<Promise<void>>();
  const one = async (): Promise<void> => {
    const beganMs = performance.now();
    const response = await fetch(`${url}/dashboard`, { headers: { cookie }, redirect: 'manual' });
    await response.arrayBuffer();
    if (response.status === 200) tookMs.push(performance.now() - beganMs);
    else wrong++;
  };
  const timer = setInterval(() => {
    const asked = one().finally(() => under.delete(asked));
    under.add(asked);
  }, 1_000 / PAGES_PER_S);
  return async () => {
    clearInterval(timer);
    await Promise.all(under);
    return { pages: tookMs.length, p50Ms: median(tookMs), wrong };
  };
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

async function besidePages(product: Product, cookie: string, load: Load): Promise<void> {
  // Compiled first: the relay's code, and the page.
  await load();
  await visit(product.url, cookie)();
  const alone: number[] = [];
  const beside: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const atFirst = cpuOf(product);
    const aloneMs = await p99Of(load);
    const between = cpuOf(product);
    const stop = visit(product.url, cookie);
    const besideMs = await p99Of(load);
    const { pages, p50Ms, wrong } = await stop();
    const atLast = cpuOf(product);
    alone.push(aloneMs);
    beside.push(besideMs);
    const perPage = (part: Part): string => {
      const more = atLast[part] - between[part] - (between[part] - atFirst[part]);
      return `${(more / 1_000 / pages).toFixed(1)} ms ${part}`;
    };
    const cpu = (['console', 'relay', 'database'] as const).map(perPage).join(', ');
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
const product = await startProduct({ database: 'embedded', console: true });
try {
  const { admin, credentials } = await setUpProduct(product.url, upstream.ready);
  const part: LoadPart = {
    ...USUAL_PART,
    ...{ name: 'relay', port: Number(new URL(product.url).port) },
    ...{ credentials: [credentials.good], models: [MODEL] },
  };
  const often = { ...part, connections: 32, ratePerS: RATE_PER_S, maxMs: ROUND_MS };
  await besidePages(product, admin.cookie(), () => relayed(generator, often));
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
  await generator.stop();
  await upstream.stop();
}
