// Counts an answer while it passes: one kind for event streams, one for bodies.
import type { Dialect, StreamMeter } from '@api-proxy/protocols/dialect';
import type { UpstreamError } from '@api-proxy/protocols/fault';
import { SseScanner } from '@api-proxy/protocols/sse';
import type { Usage } from '@api-proxy/protocols/usage';

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
  readonly bytes: number;
  /** Whether what was sent on so far ends between two events. */
  readonly betweenEvents: boolean;
};

const NOTHING = Buffer.alloc(0);
/** A body up to this size is kept whole for reading its usage; of a longer one only the end. */
const KEPT_WHOLE = 1024 * 1024;
const KEPT_END = 64 * 1024;

/** For event streams. Of Chat only whole events are sent on: a usage chunk may have to be left out, or put before the end. */
export class StreamTally implements Tally {
  bytes = 0;
  readonly #meter: StreamMeter;
  readonly #scanner: SseScanner;
  readonly #filtering: boolean;
  readonly #wantsUsage: boolean;

  constructor(dialect: Dialect, includeUsage: boolean) {
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
    this.bytes += chunk.length;
    const events = this.#scanner.push(chunk);
    return this.#filtering ? events : chunk;
  }

  finish(estimate: () => Usage): Buffer {
    const rest = this.#scanner.finish();
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
  bytes = 0;
  complete = false;
  readonly ended = false;
  readonly betweenEvents = false;
  readonly error = null;
  readonly #dialect: Dialect;
  #kept: Buffer[] = [];
  #keptBytes = 0;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  push(chunk: Buffer): Buffer {
    this.bytes += chunk.length;
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
    return NOTHING;
  }

  usage(): Usage | null {
    const [first = NOTHING] = this.#kept;
    return this.#dialect.usageOfBody(this.#kept.length === 1 ? first : Buffer.concat(this.#kept));
  }
}
