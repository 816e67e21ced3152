// The connections to one origin that undici keeps: counts what is under way on them, and leaves those that may be dead.
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { PoolFull, Silence, type UpstreamControl, type UpstreamHandler } from './handler.ts';

export type ForeignPoolOptions = {
  readonly open: () => Dispatcher;
  /** Requests at a time: undici would let any number wait in silence. */
  readonly most: number;
  /** Whether requests share connections: a request that is given up then leaves its connection to the others. */
  readonly shared: boolean;
};

/** A dispatcher, and how many requests are under way on it. */
type Generation = { readonly dispatcher: Dispatcher; underWay: number };

/**
 * A connection that many share is not closed when one request on it is given up. When that was for silence the connection
 * may be dead, with nobody to say so: what comes later goes over fresh ones, and the old ones go with their last request.
 */
export class ForeignPool {
  readonly #options: ForeignPoolOptions;
  #current: Generation;
  readonly #left = new Set<Generation>();
  #underWay = 0;

  constructor(options: ForeignPoolOptions) {
    this.#options = options;
    this.#current = { dispatcher: options.open(), underWay: 0 };
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: UpstreamHandler): void {
    if (this.#underWay >= this.#options.most) {
      handler.onRequestStart(NO_CONTROL);
      handler.onResponseError(NO_CONTROL, new PoolFull());
      return;
    }
    const generation = this.#current;
    this.#underWay++;
    generation.underWay++;
    const request = new ForeignRequest(handler, {
      ended: () => this.#ended(generation),
      silent: () => this.#leave(generation),
    });
    try {
      generation.dispatcher.dispatch(options, request);
    } catch (thrown) {
      request.end();
      throw thrown;
    }
  }

  /** Ends all connections, also those in use. */
  async destroy(): Promise<void> {
    const all = [this.#current, ...this.#left];
    await Promise.all(all.map(({ dispatcher }) => dispatcher.destroy()));
  }

  #ended(generation: Generation): void {
    this.#underWay--;
    generation.underWay--;
    if (generation.underWay === 0 && this.#left.delete(generation)) void generation.dispatcher.destroy();
  }

  #leave(generation: Generation): void {
    if (!this.#options.shared || generation !== this.#current) return;
    this.#left.add(generation);
    this.#current = { dispatcher: this.#options.open(), underWay: 0 };
  }
}

const NO_CONTROL: UpstreamControl = { pause() {}, resume() {}, abort() {} };

type Watcher = { ended(): void; silent(): void };

/** Between undici and the handler of one request. */
class ForeignRequest implements UpstreamControl {
  readonly #handler: UpstreamHandler;
  readonly #watcher: Watcher;
  #control: UpstreamControl = NO_CONTROL;
  #ended = false;

  constructor(handler: UpstreamHandler, watcher: Watcher) {
    this.#handler = handler;
    this.#watcher = watcher;
  }

  pause(): void {
    this.#control.pause();
  }

  resume(): void {
    this.#control.resume();
  }

  abort(reason: Error): void {
    if (reason instanceof Silence) this.#watcher.silent();
    this.#control.abort(reason);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#watcher.ended();
  }

  onRequestStart(control: UpstreamControl): void {
    this.#control = control;
    this.#handler.onRequestStart(this);
  }

  onResponseStart(_control: UpstreamControl, status: number, headers: IncomingHttpHeaders): void {
    this.#handler.onResponseStart(this, status, headers);
  }

  onResponseData(_control: UpstreamControl, chunk: Buffer): void {
    this.#handler.onResponseData(this, chunk);
  }

  onResponseEnd(): void {
    this.end();
    this.#handler.onResponseEnd();
  }

  onResponseError(_control: UpstreamControl, error: Error): void {
    this.end();
    this.#handler.onResponseError(this, error);
  }
}
