// Counts an answer while it passes: one kind for event streams, one for bodies.
import type { Dialect, StreamMeter } from '@api-proxy/protocols/dialect';
import type { UpstreamError } from '@api-proxy/protocols/fault';
import { OutputCount } from '@api-proxy/protocols/output-count';
import { SseScanner } from '@api-proxy/protocols/sse';
import type { Usage } from '@api-proxy/protocols/usage';

/** Is told each signature of thinking, while the answer passes. */
export type Signatures = { signed(signature: string): void };

export type Tally = {
  /** Takes the next bytes; gives what is to be sent on now. */
  push(chunk: Buffer): Buffer;
  /** The upstream has ended; gives what is still to be sent on. @param estimate usage to show where none was reported. */
  finish(estimate: () => Usage): Buffer;
  usage(): Usage | null;
  /** Whether the answer ended by the rules of its dialect. */
  readonly complete: boolean;
  /** Whether the end stands in the answer itself: what becomes of its connection then tells nothing. */
  readonly ended: boolean;
  readonly error: UpstreamError | null;
  /** Output tokens by the texts that passed so far; for estimates. */
  outputTokens(): number;
  /** Whether what was sent on so far ends between two events. */
  readonly betweenEvents: boolean;
};

const NOTHING = Buffer.alloc(0);
/** A body up to this size is kept whole for reading its usage; of a longer one only the end. */
const KEPT_WHOLE = 1024 * 1024;
const KEPT_END = 64 * 1024;

/** For event streams. Of Chat only whole events are sent on: a usage chunk may have to be left out, or put before the end. */
export class StreamTally implements Tally {
  readonly #dialect: Dialect;
  readonly #output = new OutputCount();
  readonly #meter: StreamMeter;
  readonly #scanner: SseScanner;
  readonly #filtering: boolean;
  readonly #wantsUsage: boolean;
  readonly #signatures: Signatures | null;

  constructor(dialect: Dialect, includeUsage: boolean, signatures: Signatures | null = null) {
    this.#dialect = dialect;
    this.#signatures = signatures;
    const chat = dialect.protocol === 'openai-chat';
    this.#wantsUsage = chat && includeUsage;
    this.#meter = dialect.createMeter({
      dropUsageChunk: chat && !includeUsage,
      wantsUsage: this.#wantsUsage,
    });
    this.#scanner = new SseScanner(this.#meter);
    this.#filtering = chat;
  }

  push(chunk: Buffer): Buffer {
    const events = this.#scanner.push(chunk);
    const isText = this.#output.takeEvents(events);
    if (!isText && this.#signatures)
      tellSignatures(this.#dialect, { answer: events, stream: true }, this.#signatures);
    return this.#filtering ? events : chunk;
  }

  finish(estimate: () => Usage): Buffer {
    const rest = this.#scanner.finish();
    this.#output.takeEvents(rest);
    if (this.#signatures) tellSignatures(this.#dialect, { answer: rest, stream: true }, this.#signatures);
    if (!this.#filtering) return NOTHING;
    const { complete, error, withheld } = this.#meter;
    if (!this.#wantsUsage || !complete || error !== null) return rest;
    const reported = this.#meter.usage() !== null;
    const usageEvent = reported ? NOTHING : (this.#meter.usageEvent?.(estimate()) ?? NOTHING);
    return Buffer.concat([rest, usageEvent, withheld ?? NOTHING]);
  }

  usage(): Usage | null {
    return this.#meter.usage();
  }

  outputTokens(): number {
    return this.#output.tokens(this.#dialect.bytesPerToken);
  }

  get betweenEvents(): boolean {
    return this.#filtering || this.#scanner.pending === 0;
  }

  get complete(): boolean {
    return this.#meter.complete;
  }

  get ended(): boolean {
    return this.#meter.ended;
  }

  get error(): UpstreamError | null {
    return this.#meter.error;
  }
}

/** For JSON bodies: keeps references to what passes, and looks for usage once at the end. */
export class BodyTally implements Tally {
  complete = false;
  readonly ended = false;
  readonly betweenEvents = false;
  readonly error = null;
  readonly #dialect: Dialect;
  readonly #signatures: Signatures | null;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #bytes = 0;

  constructor(dialect: Dialect, signatures: Signatures | null = null) {
    this.#dialect = dialect;
    this.#signatures = signatures;
  }

  push(chunk: Buffer): Buffer {
    this.#bytes += chunk.length;
    this.#kept.push(chunk);
    this.#keptBytes += chunk.length;
    if (this.#keptBytes > KEPT_WHOLE + KEPT_END) {
      const end = Buffer.concat(this.#kept).subarray(-KEPT_END);
      this.#kept = [Buffer.from(end)];
      this.#keptBytes = end.length;
    }
    return chunk;
  }

  finish(): Buffer {
    this.complete = true;
    if (this.#signatures)
      tellSignatures(this.#dialect, { answer: this.#body(), stream: false }, this.#signatures);
    return NOTHING;
  }

  usage(): Usage | null {
    return this.#dialect.usageOfBody(this.#body());
  }

  outputTokens(): number {
    const { bytesPerToken } = this.#dialect;
    // Of a body too long to be kept, its size is all that is known.
    if (this.#bytes > this.#keptBytes) return Math.ceil(this.#bytes / bytesPerToken);
    const output = new OutputCount();
    output.takeBody(this.#body());
    return output.tokens(bytesPerToken);
  }

  #body(): Buffer {
    const [first = NOTHING] = this.#kept;
    if (this.#kept.length <= 1) return first;
    const whole = Buffer.concat(this.#kept);
    this.#kept = [whole];
    return whole;
  }
}

type Passed = { readonly answer: Buffer; readonly stream: boolean };

function tellSignatures(dialect: Dialect, { answer, stream }: Passed, to: Signatures): void {
  for (const signature of dialect.signaturesIn?.(answer, stream) ?? []) to.signed(signature);
}
