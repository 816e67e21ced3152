// Step: pass the answer on as it comes, with back-pressure, counted on the side; hold back only the very last bytes.
import { isFree } from '@api-proxy/protocols/protocol';
import { NO_USAGE, type Usage } from '@api-proxy/protocols/usage';
import { allowedOutput, type Call } from '../call.ts';
import { type Ending, RELAY_STOPPED } from '../ending.ts';
import type { Exchange } from '../exchange.ts';
import { estimateInput, estimateUsage } from '../metering/estimate.ts';
import { BodyTally, type Signatures, StreamTally, type Tally } from '../metering/tally.ts';
import { redact } from '../redact.ts';
import { sendFault } from '../reply.ts';
import type { Deadlines } from '../upstream/deadlines.ts';
import type { AnswerSink, FailureCause } from '../upstream/upstream-call.ts';
import { answerHead } from './answer-head.ts';
import { type DrainCount, type DrainReader, readsOn } from './drain.ts';
import { EventWriter } from './event-writer.ts';
import { Grace } from './grace.ts';
import { KeepAlive } from './keep-alive.ts';
import { noStream } from './no-stream.ts';
import type { Committed } from './try-once.ts';

export type DeliverInput = {
  readonly exchange: Exchange;
  readonly call: Call;
  readonly committed: Committed;
  /** Of a client that waited for an event stream. */
  readonly keepAlive: KeepAlive | null;
  /** The credential in use, to be kept out of error texts. */
  readonly secret: string;
  readonly monotonicMs: () => number;
  readonly deadlines: Deadlines;
  /** Whether an answer whose client left is read to its end (for its usage, and because the upstream charges it anyway). */
  readonly drains: boolean;
  /** Answers that are being drained in this process. */
  readonly draining: DrainCount;
  /** Null where the dialect signs no thinking. */
  readonly signatures: Signatures | null;
};

/** Resolves when the upstream has ended, in whatever way, or the client has left. */
export function deliver(input: DeliverInput): Promise<Ending> {
  const { exchange, committed } = input;
  if (exchange.streaming && !committed.answer.stream) return Promise.resolve(noStream(exchange, committed));
  const delivery = new Delivery(input);
  exchange.waiting = delivery;
  if (exchange.clientGone) delivery.clientGone();
  delivery.data(committed.answer.first);
  committed.upstream.attach(delivery);
  return delivery.ended;
}

/** Up to this size a copy is cheaper than a second write. */
const SHORT_BODY_BYTES = 16 * 1024;

const CUT = {
  status: 502,
  code: 'stream_truncated',
  message: 'The upstream ended its answer before it was complete.',
};

type How = 'ended' | 'died' | 'left' | 'interrupted';

class Delivery implements AnswerSink, DrainReader {
  readonly ended: Promise<Ending>;
  readonly #resolve: (ending: Ending) => void;
  readonly #input: DeliverInput;
  readonly #stream: boolean;
  readonly #tally: Tally;
  #firstByteMs: number | null = null;
  /** For bodies: the latest chunk, sent with the end, so that short answers leave in one piece after they were booked. */
  #held: Buffer | null = null;
  #last: Buffer | null = null;
  #done = false;
  #waiting = false;
  /** The answer is read to its end for a client that has left. */
  #drains = false;
  /** Set once the event that ends the stream has come. */
  #grace: Grace | null = null;
  readonly #keepAlive: KeepAlive | null;
  readonly #events: EventWriter | null;

  constructor(input: DeliverInput) {
    const { promise, resolve } = Promise.withResolvers<Ending>();
    const { endpoint } = input.exchange;
    this.ended = promise;
    this.#resolve = resolve;
    this.#input = input;
    this.#stream = input.committed.answer.stream;
    this.#tally = this.#stream
      ? new StreamTally(endpoint.dialect, input.call.includeUsage, input.signatures)
      : new BodyTally(endpoint.dialect, input.signatures);
    if (!this.#stream) input.keepAlive?.stop();
    this.#keepAlive = this.#stream ? (input.keepAlive ?? new KeepAlive(input)) : null;
    this.#keepAlive?.follow(() => this.#quiet());
    this.#events = this.#stream
      ? new EventWriter(input.exchange.res, () => input.committed.upstream.resume())
      : null;
  }

  data(chunk: Buffer): boolean {
    if (this.#done || chunk.length === 0) return true;
    const passed = this.#tally.push(chunk);
    if (this.#tally.ended) this.#grace ??= new Grace(this.#input, () => this.#endNow());
    if (passed.length === 0 || this.#drains) return true;
    if (this.#stream) return this.#write(passed);
    const before = this.#held;
    this.#held = passed;
    return before === null ? true : this.#write(before);
  }

  end(): void {
    if (this.#done) return;
    this.#last = this.#tally.finish(() => this.#usage(true));
    this.#settle(this.#drains ? 'left' : 'ended', null);
  }

  fail(cause: FailureCause, message: string): void {
    if (this.#done) return;
    // After its last event a stream is whole: an end of the connection that is out of order takes nothing from it.
    if (this.#tally.ended) this.end();
    else this.#settle(this.#input.exchange.clientGone ? 'left' : 'died', `${cause}: ${message}`);
  }

  clientGone(): void {
    if (this.#done || this.#drains) return;
    const { exchange, drains, draining, committed } = this.#input;
    // Who has got the last event may go: the answer was whole.
    if (this.#tally.ended && (exchange.interrupted || this.#events?.full === false)) this.#endNow();
    else if (exchange.interrupted) {
      this.#settle('interrupted', null);
      committed.upstream.abort();
    } else if (drains && readsOn(exchange, draining, this)) {
      this.#drains = true;
      this.#keepAlive?.stop();
      committed.upstream.resume();
    } else this.stop();
  }

  /** Nobody waits for the answer any more. */
  stop(): void {
    if (this.#done) return;
    this.#settle('left', null);
    this.#input.committed.upstream.abort();
  }

  /** All that counts has come: the upstream is not waited for. */
  #endNow(): void {
    this.end();
    this.#input.committed.upstream.abort();
  }

  /** Whether a keep-alive may be written now: between two events, to a client that reads. */
  #quiet(): boolean {
    const begun = this.#firstByteMs !== null || this.#input.exchange.streaming;
    return begun && this.#events?.full === false && this.#tally.betweenEvents;
  }

  #write(chunk: Buffer): boolean {
    if (this.#firstByteMs === null) this.#begin(null);
    if (this.#events) {
      this.#keepAlive?.written();
      return this.#events.write(chunk);
    }
    const { res } = this.#input.exchange;
    if (res.write(chunk)) return true;
    if (!this.#waiting) {
      this.#waiting = true;
      res.once('drain', () => {
        this.#waiting = false;
        this.#input.committed.upstream.resume();
      });
    }
    return false;
  }

  /** Sends the head; it leaves in one write with the bytes that follow in the same turn. */
  #begin(contentLength: number | null): void {
    const { exchange, committed } = this.#input;
    this.#firstByteMs = exchange.sinceStartMs();
    if (exchange.streaming) return;
    const head = { answer: committed.answer, sinceStartMs: this.#firstByteMs, contentLength };
    const headers = answerHead(exchange, head);
    exchange.res.writeHead(committed.answer.status, headers);
  }

  #settle(how: How, failure: string | null): void {
    this.#done = true;
    this.#keepAlive?.stop();
    this.#grace?.stop();
    this.#input.exchange.waiting = null;
    this.#resolve(this.#ending(how, failure));
  }

  #ending(how: How, failure: string | null): Ending {
    const tally = this.#tally;
    const whole = how !== 'died' && tally.complete;
    const counted = {
      status: this.#input.committed.answer.status,
      usage: this.#usage(whole),
      firstByteMs: this.#firstByteMs ?? this.#input.exchange.sinceStartMs(),
    };
    if (how === 'left') {
      return {
        ...counted,
        outcome: 'client_closed',
        errorCode: 'client_closed',
        errorText: null,
        finish: () => {},
      };
    }
    if (tally.error) {
      const errorText = redact(tally.error.message, this.#input.secret);
      const errorCode = tally.error.type ?? 'error_in_answer';
      return { ...counted, outcome: 'upstream_error', errorCode, errorText, finish: () => this.#finish() };
    }
    if (how === 'interrupted' && !whole) return this.#interrupted(counted);
    if (whole)
      return { ...counted, outcome: 'ok', errorCode: null, errorText: null, finish: () => this.#finish() };
    return this.#broken(counted, failure ?? 'The upstream ended the stream before its terminal event.');
  }

  /** What the upstream reported; estimated where it reported nothing, or was cut before it did. */
  #usage(whole: boolean): Usage {
    const { exchange, call } = this.#input;
    const { operation } = exchange.endpoint;
    if (isFree(operation)) return NO_USAGE;
    const reported = this.#tally.usage();
    if (reported && whole) return reported;
    // Providers keep to what the request allows; what was held for it covers no more.
    const allowed = allowedOutput(call) ?? Number.POSITIVE_INFINITY;
    return estimateUsage(reported, {
      inputTokens: () => call.inputTokens ?? estimateInput(call.body),
      outputTokens: operation === 'embed' ? 0 : Math.min(this.#tally.outputTokens(), allowed),
    });
  }

  #broken(base: Pick<Ending, 'status' | 'usage' | 'firstByteMs'>, failure: string): Ending {
    // As long as nothing was sent, a failure can still be said plainly.
    const status = this.#firstByteMs === null ? 502 : base.status;
    return {
      ...base,
      status,
      outcome: 'upstream_truncated',
      errorCode: 'stream_truncated',
      errorText: redact(failure, this.#input.secret),
      finish: () => this.#breakOff(CUT),
    };
  }

  #interrupted(base: Pick<Ending, 'status' | 'usage' | 'firstByteMs'>): Ending {
    return {
      ...base,
      status: this.#firstByteMs === null ? 503 : base.status,
      outcome: 'interrupted',
      errorCode: RELAY_STOPPED,
      errorText: null,
      finish: () =>
        this.#breakOff({ status: 503, code: RELAY_STOPPED, message: 'The relay stopped. Try again.' }),
    };
  }

  #finish(): void {
    const { res } = this.#input.exchange;
    if (res.destroyed) return;
    this.#events?.flush();
    const last = this.#held ?? this.#last;
    if (this.#firstByteMs === null) this.#begin(this.#stream ? null : (last?.length ?? 0));
    if (last === null || last.length === 0) res.end();
    // As text of one byte each it leaves in one piece with the head, which spares a short answer a tenth of its cost.
    else if (!this.#stream && last.length <= SHORT_BODY_BYTES) res.end(last.toString('latin1'), 'latin1');
    else res.end(last);
  }

  /** A stream that was cut ends with an error event of its dialect; a body that was cut ends with its connection. */
  #breakOff(why: { status: number; code: string; message: string }): void {
    const { exchange } = this.#input;
    const fault = { ...why, param: null, requestId: exchange.requestId };
    if (exchange.res.destroyed) return;
    this.#events?.flush();
    if (this.#firstByteMs === null) sendFault(exchange, fault, []);
    else if (this.#stream) {
      // An event that was cut is closed first, so that it doesn't swallow the error.
      const gap = this.#tally.betweenEvents ? '' : '\n\n';
      exchange.res.end(gap + exchange.endpoint.dialect.renderErrorEvent(fault));
    } else exchange.res.destroy();
  }
}
