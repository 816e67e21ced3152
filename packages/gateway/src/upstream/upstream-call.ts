// One request to an upstream: waits for how it opens, then passes its bytes to a sink with back-pressure.
import type { IncomingHttpHeaders } from 'node:http';
import { NOT_LISTED } from '@api-proxy/kit/roster';
import { ContentWatch } from '@api-proxy/protocols/content-watch';
import { carriesContent, nextEventEnd } from '@api-proxy/protocols/sse';
import type { Deadlines, Watched } from './deadlines.ts';
import { PoolFull, Silence, Unreachable, type UpstreamControl, type UpstreamHandler } from './handler.ts';

/** How an upstream call opened. */
export type Opening =
  /** A 2xx whose first event, or whole small body, has come. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly stream: boolean;
      readonly first: Buffer;
      readonly ended: boolean;
    }
  /** Any other status, with its body (at most 1 MB of it). */
  | {
      readonly kind: 'rejection';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Buffer;
    }
  | { readonly kind: 'failure'; readonly cause: FailureCause; readonly message: string };

export type FailureCause =
  | 'connect'
  | 'pool_full'
  | 'reset'
  /** After the head had come: somebody works, or has worked, on this request. */
  | 'reset_in_body'
  | 'first_byte_timeout'
  | 'idle_timeout'
  | 'unreadable'
  | 'aborted';

/** Where the bytes of an answer go. */
export type AnswerSink = {
  /** Gives false when no more should come until {@link UpstreamCall.resume}. */
  data(chunk: Buffer): boolean;
  end(): void;
  fail(cause: FailureCause, message: string): void;
};

export type UpstreamCallInput = {
  readonly deadlines: Deadlines;
  readonly monotonicMs: () => number;
  readonly firstByteTimeoutMs: number;
  readonly idleTimeoutMs: number;
};

const LARGEST_PEEK = 64 * 1024;
const LARGEST_REJECTION = 1024 * 1024;
const EMPTY = Buffer.alloc(0);
const CONNECT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  // Of a look-up that refuses where a name leads.
  'EADDRNOTALLOWED',
]);

export class UpstreamCall implements UpstreamHandler, Watched {
  dueMonoMs: number;
  moved = false;
  place = NOT_LISTED;
  readonly movesByMs: number;
  /** Monotonic time at which the head came; null before. */
  headMonoMs: number | null = null;
  /** Settles once, and never rejects. */
  readonly opened: Promise<Opening>;
  readonly #input: UpstreamCallInput;
  readonly #resolve: (opening: Opening) => void;
  #open = false;
  #controller: UpstreamControl | null = null;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #stream = false;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** Of an event stream. */
  #watch: ContentWatch | null = null;
  #ended = false;
  #sink: AnswerSink | null = null;
  #stop: { cause: FailureCause; message: string } | null = null;

  constructor(input: UpstreamCallInput) {
    this.#input = input;
    this.movesByMs = input.idleTimeoutMs;
    this.dueMonoMs = input.monotonicMs() + input.firstByteTimeoutMs;
    const { promise, resolve } = Promise.withResolvers<Opening>();
    this.opened = promise;
    this.#resolve = resolve;
    input.deadlines.watch(this);
  }

  /** Bytes that come from now on go to `sink`; those that came with the opening are in `opening.first`. */
  attach(sink: AnswerSink): void {
    this.#sink = sink;
    const takesMore = this.#pendingBytes === 0 || sink.data(this.#takePending());
    if (!takesMore && this.#controller) this.#pause(this.#controller);
    // What came between the opening and now may have stopped the upstream.
    else if (takesMore && this.#paused) this.resume();
    if (this.#ended) sink.end();
    else if (this.#stop) sink.fail(this.#stop.cause, this.#stop.message);
  }

  resume(): void {
    if (this.#paused) this.dueMonoMs = this.#input.monotonicMs() + this.#input.idleTimeoutMs;
    this.#controller?.resume();
  }

  /** Closes the upstream's socket at once; safe at any time and more than once. */
  abort(cause: FailureCause = 'aborted', message = 'The request was aborted.'): void {
    if (this.#ended || this.#stop) return;
    this.#stop = { cause, message };
    const silent = cause === 'first_byte_timeout' || cause === 'idle_timeout';
    this.#controller?.abort(silent ? new Silence(message) : new Error(message));
    this.#failed(cause, message);
  }

  /** Nobody waits for it any more. */
  clientGone(): void {
    this.abort();
  }

  expire(): void {
    const waited = this.#status === 0 ? 'first_byte_timeout' : 'idle_timeout';
    this.abort(waited, 'The upstream did not answer in time.');
  }

  onRequestStart(controller: UpstreamControl): void {
    this.#controller = controller;
    if (this.#stop) controller.abort(new Error(this.#stop.message));
  }

  onResponseStart(_controller: UpstreamControl, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.#status = status;
    this.headMonoMs = this.#input.monotonicMs();
    this.#headers = headers;
    this.#stream = String(headers['content-type'] ?? '').startsWith('text/event-stream');
    if (this.#stream) this.#watch = new ContentWatch();
    this.dueMonoMs = this.headMonoMs + this.#input.idleTimeoutMs;
    const coding = headers['content-encoding'];
    if (coding !== undefined && coding !== '' && coding !== 'identity') {
      // It was asked for identity; what it sent can be neither metered nor checked.
      this.abort('unreadable', `The upstream answered with the content coding '${coding}'.`);
    }
  }

  onResponseData(controller: UpstreamControl, chunk: Buffer): void {
    if (this.#stop) return;
    // An upstream that only says it is alive does not get on; one that is stopped has no deadline to be moved.
    const content = this.#watch === null || this.#watch.push(chunk);
    if (content && !this.#paused) this.moved = true;
    if (this.#sink) {
      if (!this.#sink.data(chunk)) this.#pause(controller);
      return;
    }
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#open) {
      if (this.#pendingBytes > LARGEST_PEEK) this.#pause(controller);
    } else if (this.#status >= 300) {
      if (this.#pendingBytes > LARGEST_REJECTION) this.#openRejection();
    } else if (this.#peeked()) this.#openAnswer();
  }

  onResponseEnd(): void {
    if (this.#stop) return;
    this.#ended = true;
    this.#input.deadlines.forget(this);
    if (this.#sink) this.#sink.end();
    else if (!this.#open && this.#status >= 300) this.#openRejection();
    else if (!this.#open) this.#openAnswer();
  }

  onResponseError(_controller: UpstreamControl, error: Error): void {
    if (this.#stop) return;
    const cause = this.#causeOf(error);
    this.#stop = { cause, message: error.message };
    this.#failed(cause, error.message);
  }

  #causeOf(error: Error): FailureCause {
    if (this.#status !== 0) return 'reset_in_body';
    if (error instanceof PoolFull) return 'pool_full';
    return error instanceof Unreachable || CONNECT_CODES.has(codeOf(error)) ? 'connect' : 'reset';
  }

  /** A paused call has no deadline. */
  get #paused(): boolean {
    return this.dueMonoMs === Number.POSITIVE_INFINITY;
  }

  /** While the client is slow the upstream's silence is the relay's own doing: no deadline runs. */
  #pause(controller: UpstreamControl): void {
    controller.pause();
    this.moved = false;
    this.dueMonoMs = Number.POSITIVE_INFINITY;
  }

  /** Enough has come to tell an answer from an error: one event that is no keep-alive, or a peek's worth of a body. */
  #peeked(): boolean {
    if (this.#pendingBytes >= LARGEST_PEEK) return true;
    if (!this.#stream) return false;
    const data = this.#joined();
    for (let at = 0; at < data.length; ) {
      const end = nextEventEnd(data, at);
      if (data[end - 1] !== 0x0a || end - at < 2 || (data[end - 2] !== 0x0a && data[end - 3] !== 0x0a))
        return false;
      if (carriesContent(data.subarray(at, end))) return true;
      at = end;
    }
    return false;
  }

  #joined(): Buffer {
    const [first = EMPTY] = this.#pending;
    if (this.#pending.length <= 1) return first;
    const data = Buffer.concat(this.#pending);
    this.#pending = [data];
    return data;
  }

  #takePending(): Buffer {
    const data = this.#joined();
    this.#pending = [];
    this.#pendingBytes = 0;
    return data;
  }

  #openAnswer(): void {
    const first = this.#takePending();
    const { status, headers, stream } = {
      status: this.#status,
      headers: this.#headers,
      stream: this.#stream,
    };
    this.#settle({ kind: 'answer', status, headers, stream, first, ended: this.#ended });
  }

  #openRejection(): void {
    const body = this.#takePending();
    this.#settle({ kind: 'rejection', status: this.#status, headers: this.#headers, body });
    if (!this.#ended) this.abort();
  }

  #failed(cause: FailureCause, message: string): void {
    this.#input.deadlines.forget(this);
    if (this.#sink) this.#sink.fail(cause, message);
    else if (!this.#open && this.#status >= 300 && this.#pendingBytes > 0) this.#openRejection();
    else if (!this.#open) this.#settle({ kind: 'failure', cause, message });
  }

  #settle(opening: Opening): void {
    if (this.#open) return;
    this.#open = true;
    this.#resolve(opening);
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
