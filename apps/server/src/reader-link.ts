// The way to the reader's process: what only asks the database is answered there, as long as it is there.

import { Agent, type IncomingMessage } from 'node:http';
import { isRead } from '@api-proxy/api/reads';
import { SECOND_MS } from '@api-proxy/kit/duration';
import type { Handler } from './listener.ts';
import { endToEnd, isRepeatable, pipe } from './pipe.ts';

/** A reader that is silent for this long has less time than the worker. */
const ANSWER_TIMEOUT_MS = 15 * SECOND_MS;
/** After it failed to answer one, it is not asked for this long. */
const REST_MS = 5 * SECOND_MS;
const NOTHING: ReadonlySet<string> = new Set();

const answerHeaders = (answer: IncomingMessage): string[] => endToEnd(answer.rawHeaders, NOTHING);

export class ReaderLink {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #answerTimeoutMs: number;
  #port: number | null = null;
  /** On the clock of `performance`. */
  #restsUntilMs = 0;

  /** @param options.answerTimeoutMs after which the worker answers itself; default 15 s */
  constructor(options: { answerTimeoutMs?: number } = {}) {
    this.#answerTimeoutMs = options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
  }

  /** Null while there is no reader. */
  moveTo(port: number | null): void {
    this.#port = port;
    this.#restsUntilMs = 0;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** The API with its reads handed to the reader; it answers them itself where the reader can't. */
  before(api: Handler): Handler {
    return (request, response) => {
      const port = this.#portFor(request);
      if (port === null) return api(request, response);
      pipe({
        ...{ request, response, port, agent: this.#agent, answerTimeoutMs: this.#answerTimeoutMs },
        requestHeaders: endToEnd(request.rawHeaders, NOTHING),
        answerHeaders,
        unreachable: () => {
          this.#restsUntilMs = performance.now() + REST_MS;
          api(request, response);
        },
      });
    };
  }

  /** Where to ask; null: the worker answers. One with a body could not be asked again. */
  #portFor(request: IncomingMessage): number | null {
    if (!isRead(request.method, request.url ?? '') || !isRepeatable(request)) return null;
    return performance.now() < this.#restsUntilMs ? null : this.#port;
  }
}
