// The supervisor's side of the reader: started behind the relay, kept running, stopped before its database.
import { SECOND_MS } from '@api-proxy/kit/duration';
import type { Logger } from '@api-proxy/kit/logger';
import { putBehind } from './behind.ts';
import { SupervisedChild } from './child.ts';
import { childReady, startMessage, type WorkerSettings } from './child-messages.ts';
import { forkProgram } from './fork-program.ts';
import { programFile } from './program-file.ts';

const READER = programFile('reader');
const STOP_MS = 5 * SECOND_MS;
/** Little lives longer than a page: a small heap serves as well. */
const HEAP: readonly string[] = ['--max-semi-space-size=4'];

export type ReaderOptions = {
  settings: WorkerSettings;
  log: Logger;
  /** Told the loopback port each time it serves, null when it was lost. */
  onMove: (port: number | null) => void;
};

export type ReaderProcess = { child: SupervisedChild; stop(): Promise<void> };

/** Starts it and keeps it running; until it serves, and whenever it does not, workers answer its questions themselves. */
export function startReader({ settings, log, onMove }: ReaderOptions): ReaderProcess {
  let port: number | null = null;
  const child = new SupervisedChild({
    name: 'reader',
    log,
    spawn: () => {
      const started = forkProgram(READER, HEAP);
      // Pages may take longer; what is relayed may not.
      if (started.pid !== undefined) putBehind(started.pid);
      started.send(startMessage(settings));
      return started;
    },
    untilReady: async (started) => {
      port = (await childReady(started)).port ?? null;
    },
    onReady: () => onMove(port),
    onLost: () => onMove(null),
  });
  child.startPatiently();
  return { child, stop: () => child.stop((running) => running.send({ type: 'drain', graceMs: 0 }), STOP_MS) };
}
