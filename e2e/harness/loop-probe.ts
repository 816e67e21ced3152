// A thread that asks a worker again and again, and reports for how long its main thread computed between two answers.
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const { url, pid } = workerData;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Time on a processor: a machine that is busy with something else does not count as a block. See proc(5), schedstat. */
function computedMs(): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}

function ask(): Promise<void> {
  return new Promise((resolve, reject) => {
    get(`${url}/v1`, { agent }, (res) => res.resume().once('end', resolve)).once('error', reject);
  });
}

let probes = 0;
let longestMs = 0;

async function watch(): Promise<void> {
  for (;;) {
    const before = computedMs();
    await ask();
    longestMs = Math.max(longestMs, computedMs() - before);
    probes += 1;
  }
}

parentPort?.on('message', () => parentPort?.postMessage({ probes, longestMs }));
await ask();
parentPort?.postMessage('ready');
await watch();
