// A gateway in a thread of its own, which reports the longest block of its event loop.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { bothFamilies, snapshot, startRelay } from './harness.ts';

const channels = bothFamilies(String(workerData)).map((channel) => ({
  ...channel,
  modelRenames: { 'public-name': 'fake-claude' },
}));
const relay = await startRelay(snapshot(channels));
const delay = monitorEventLoopDelay({ resolution: 5 });
parentPort?.on('message', (message: unknown) => {
  if (message === 'start') {
    delay.reset();
    delay.enable();
    parentPort?.postMessage({ started: true });
  } else parentPort?.postMessage({ longestMs: delay.max / 1e6 });
});
parentPort?.postMessage({ port: relay.port });
