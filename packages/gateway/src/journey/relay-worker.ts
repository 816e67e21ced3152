// A gateway in a thread of its own, which reports the longest block of its event loop.
import process from 'node:process';
import { parentPort, workerData } from 'node:worker_threads';
import { bothFamilies, snapshot, startRelay } from './harness.ts';

// Two of each: with one there is no choice, and nobody asks which conversation a body belongs to.
const channels = [0, 1].flatMap((copy) =>
  bothFamilies(String(workerData)).map((channel) => ({
    ...channel,
    id: `${channel.id}_${copy}`,
    keys: channel.keys.map((key) => ({ ...key, id: `${key.id}_${copy}` })),
    modelRenames: { 'public-name': 'fake-claude' },
  })),
);
const relay = await startRelay(snapshot(channels));

/** CPU time of this thread, so that a busy machine does not count as a block. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

let before = cpuMs();
let longestMs = 0;
setInterval(() => {
  const now = cpuMs();
  longestMs = Math.max(longestMs, now - before);
  before = now;
}, 1).unref();

parentPort?.on('message', (message: unknown) => {
  if (message === 'start') {
    longestMs = 0;
    parentPort?.postMessage({ started: true });
  } else parentPort?.postMessage({ longestMs });
});
parentPort?.postMessage({ port: relay.port });
