// A server worker: builds the container, listens, and drains when the supervisor says so or is gone.
import type { Server } from 'node:http';
import { SECOND_MS } from '@api-proxy/kit/duration';
import { createLogger, type Logger } from '@api-proxy/kit/logger';
import { parseToWorker, type WorkerSettings } from './child-messages.ts';
import { giveUp, sayReady } from './child-side.ts';
import { ConsoleLink } from './console-link.ts';
import { type Container, createContainer } from './container.ts';
import { Drain } from './drain.ts';
import { createListener } from './listener.ts';
import { portProblem } from './port-problem.ts';
import { watchOwnHeap } from './quiet-heap.ts';
import { ReaderLink } from './reader-link.ts';

/** Without a supervisor nobody restarts or replaces this worker, so what runs gets little time. */
const ORPHAN_DRAIN_MS = 5 * SECOND_MS;

type Neighbours = { console: ConsoleLink; reader: ReaderLink };

type Running = {
  settings: WorkerSettings;
  log: Logger;
  drain: Drain;
  neighbours: Neighbours;
  container: Container;
  server: Server;
};

async function start(settings: WorkerSettings, neighbours: Neighbours): Promise<Running> {
  const log = createLogger({ name: 'worker', level: settings.logLevel });
  const drain = new Drain();
  const container = await createContainer({ settings, drain, log });
  const server = createListener({
    gateway: container.gateway,
    explain: container.explain,
    api: neighbours.reader.before(container.api),
    console: settings.role === 'gateway' ? undefined : neighbours.console,
    drain,
    trustedProxyHops: settings.trustedProxyHops,
  });
  await listen(server, settings);
  watchOwnHeap();
  return { settings, log, drain, neighbours, container, server };
}

/** Several workers listen on the port side by side, and the kernel spreads the connections: docs/decisions/0031. */
function listen(server: Server, { port, hostname, workers }: WorkerSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(portProblem({ port, hostname, error })));
    server.listen({ port, host: hostname, reusePort: workers > 1 }, resolve);
  });
}

async function stop(running: Running, times: { graceMs: number; timeoutMs: number }): Promise<void> {
  const { drain, server, container, neighbours, log } = running;
  const { leftOver } = await drain.run({
    ...times,
    closeDoors: () => {
      server.close();
      server.closeIdleConnections();
    },
    cutShort: container.interrupt,
  });
  if (leftOver > 0) log.warn({ leftOver }, 'requests were cut short when the drain time was over');
  server.closeAllConnections();
  neighbours.console.close();
  neighbours.reader.close();
  await container.close();
}

function serve(): void {
  let running: Promise<Running> | undefined;
  let neighbours: Neighbours | undefined;
  let ending = false;
  const end = async (graceMs: number, orphan: boolean) => {
    if (ending) return;
    ending = true;
    const started = await running;
    if (started) {
      const timeoutMs = orphan ? ORPHAN_DRAIN_MS : started.settings.drainTimeoutMs;
      await stop(started, { graceMs, timeoutMs });
    }
    process.exit(0);
  };
  process.on('message', (raw: unknown) => {
    const message = parseToWorker(raw);
    if (message?.type === 'start' && !running) {
      const page = new ConsoleLink({ development: message.settings.development });
      neighbours = { console: page, reader: new ReaderLink() };
      running = start(message.settings, neighbours);
      running.then(({ server }) => sayReady(server), giveUp);
    }
    if (message?.type === 'moved') neighbours?.[message.who].moveTo(message.port);
    if (message?.type === 'drain') end(message.graceMs, false).catch(giveUp);
  });
  process.on('disconnect', () => end(0, true).catch(giveUp));
  // Ends by message only, after the supervisor has decided on the order.
  process.on('SIGINT', () => undefined);
}

serve();
