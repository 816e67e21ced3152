// One supervised child process: started, watched, restarted with back-off after a crash, stopped by request.
import type { ChildProcess } from 'node:child_process';
import { sleep } from '@api-proxy/kit/duration';
import { messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 30_000;
/** A child that ran this long has recovered: its next crash starts the back-off anew. */
const STEADY_AFTER_MS = 60_000;

export type ChildOptions = {
  name: string;
  log: Logger;
  /** Starts the process. */
  spawn: () => ChildProcess;
  /** Resolves when the fresh process serves; rejects when it says that it can't. */
  untilReady: (child: ChildProcess) => Promise<void>;
  /** Called each time a process serves, also after a restart. */
  onReady?: () => void;
  /** Called when a process that served, or was to serve, ended by itself. */
  onLost?: () => void;
  firstDelayMs?: number;
};

/** A process that is kept running until it is stopped. */
export class SupervisedChild {
  readonly #options: ChildOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<string> = Promise.resolve('never started');
  #startedMs = 0;
  #delayMs: number;
  readonly #stopping = new AbortController();

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#delayMs = options.firstDelayMs ?? FIRST_DELAY_MS;
  }

  /** Starts it and resolves when it serves. @throws when this first start fails; nothing runs then. */
  async start(): Promise<void> {
    await this.#launch();
    this.#keep();
  }

  /** Starts it and goes on trying when that fails. */
  startPatiently(): void {
    this.#launch()
      .catch((thrown) => this.#complain(thrown))
      .then(() => this.#keep());
  }

  /** The process running now. */
  current(): ChildProcess | undefined {
    return this.#child;
  }

  /** One start, up to readiness. @throws what `untilReady` throws, or how the process ended. */
  async #launch(): Promise<void> {
    const child = this.#options.spawn();
    this.#child = child;
    this.#startedMs = performance.now();
    this.#ended = endOf(child);
    const early = this.#ended.then((how) => Promise.reject(new Error(`${this.#options.name} ${how}`)));
    try {
      await Promise.race([this.#options.untilReady(child), early]);
    } catch (thrown) {
      child.kill('SIGKILL');
      throw thrown;
    }
    early.catch(() => undefined);
    this.#options.onReady?.();
  }

  /** Follows the child for as long as it is wanted. */
  async #keep(): Promise<void> {
    const { log, name, onLost } = this.#options;
    while (!this.#stopping.signal.aborted) {
      const how = await this.#ended;
      if (this.#stopping.signal.aborted) return;
      onLost?.();
      const ranMs = performance.now() - this.#startedMs;
      if (ranMs >= STEADY_AFTER_MS) this.#delayMs = this.#options.firstDelayMs ?? FIRST_DELAY_MS;
      log.error({ child: name, how, restartInMs: this.#delayMs }, `${name} ${how}; it is started again`);
      await sleep(this.#delayMs, this.#stopping.signal).catch(() => undefined);
      if (this.#stopping.signal.aborted) return;
      this.#delayMs = Math.min(this.#delayMs * 2, LONGEST_DELAY_MS);
      await this.#launch().catch((thrown) => this.#complain(thrown));
    }
  }

  #complain(thrown: unknown): void {
    if (this.#stopping.signal.aborted) return;
    const { log, name } = this.#options;
    log.error({ err: thrown, child: name }, `${name} did not start: ${messageOf(thrown)}`);
  }

  /** No restart from here on; resolves when the process has ended. `ask` begins its end. */
  async stop(ask: (child: ChildProcess) => void, killAfterMs: number): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    if (!child || hasEnded(child)) return;
    const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    ask(child);
    await this.#ended;
    clearTimeout(timer);
  }

  /** Ends it now, for good. */
  kill(): void {
    this.#stopping.abort();
    this.#child?.kill('SIGKILL');
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** How the process ended, in words; also when it could not be started. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started (${error.message})`));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
    );
  });
}
