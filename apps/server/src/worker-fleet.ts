// The workers of an installation: all on one port, each restarted when it crashes, told and stopped together.
import type { Logger } from '@api-proxy/kit/logger';
import { SupervisedChild } from './child.ts';
import { childReady, type Neighbour, startMessage, type WorkerSettings } from './child-messages.ts';
import { forkProgram } from './fork-program.ts';
import { programFile } from './program-file.ts';

const WORKER = programFile('worker');

/**
 * For V8's collector, which NODE_OPTIONS refuses (docs/decisions/0090, 0091, 0093 and 0102). Objects made in old space because
 * earlier ones lived long keep each request's remains alive; young objects need no 128 MB; a worker that has nothing to
 * do for seconds must not throw away the code it has compiled, nor start again with a heap that is full at once; and
 * old space may grow to two and a half times what lives in it. A worker that is quiet for minutes gives memory back by itself
 * (`quiet-heap.ts`), for which it needs `gc`.
 */
export const COLLECTOR: readonly string[] = [
  '--no-allocation-site-pretenuring',
  '--max-semi-space-size=16',
  '--no-parallel-scavenge',
  '--no-memory-reducer',
  '--heap-growing-percent=150',
  '--no-flush-bytecode',
  '--expose-gc',
];

export type WorkerFleet = {
  children: readonly SupervisedChild[];
  /** Resolves when every worker serves. @throws when one can't start; the others may run then. */
  start(): Promise<void>;
  /** Port in use, once the first worker serves. */
  port(): number;
  /** Where a neighbour is (null: nowhere yet), for the workers of now and those to come. */
  tellMove(who: Neighbour, port: number | null): void;
  /** Drains all of them at the same time; resolves when the last has ended. */
  drain(graceMs: number, killAfterMs: number): Promise<void>;
  kill(): void;
};

export function workerFleet(settings: WorkerSettings, log: Logger): WorkerFleet {
  // Port 0 is whatever the first worker finds; later ones and restarts keep to it.
  let port = settings.port;
  const places = new Map<Neighbour, number | null>();
  const tell = (child: SupervisedChild) => {
    const running = child.current();
    if (!running?.connected) return;
    for (const [who, place] of places) running.send({ type: 'moved', who, port: place });
  };
  const worker = (name: string): SupervisedChild => {
    const child = new SupervisedChild({
      ...{ name, log },
      spawn: () => {
        const started = forkProgram(WORKER, COLLECTOR);
        started.send(startMessage({ ...settings, port }));
        return started;
      },
      untilReady: async (started) => {
        port = (await childReady(started)).port ?? port;
      },
      onReady: () => tell(child),
    });
    return child;
  };
  const children = Array.from({ length: settings.workers }, (_, index) =>
    worker(settings.workers === 1 ? 'worker' : `worker ${index + 1}`),
  );
  return {
    children,
    start: async () => {
      const [first, ...others] = children;
      await first?.start();
      await Promise.all(others.map((child) => child.start()));
    },
    port: () => port,
    tellMove: (who, to) => {
      places.set(who, to);
      children.forEach(tell);
    },
    drain: async (graceMs, killAfterMs) => {
      const ask = (child: SupervisedChild) =>
        child.stop((running) => running.send({ type: 'drain', graceMs }), killAfterMs);
      await Promise.all(children.map(ask));
    },
    kill: () => {
      for (const child of children) child.kill();
    },
  };
}
