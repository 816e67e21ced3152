// What every wire dialect can do; one folder per dialect implements it with the same file names.
import type { Fault, UpstreamError } from './fault.ts';
import type { Protocol } from './protocol.ts';
import type { RequestFacts, RequestProblem } from './request.ts';
import type { EventTap } from './sse.ts';
import type { Usage } from './usage.ts';

/** Reads one answer stream on the side; feed it through a `SseScanner`. */
export type StreamMeter = EventTap & {
  /** What the provider has reported so far; null when nothing came. */
  usage(): Usage | null;
  /** Whether the stream's terminal event came, or what counts as one when its upstream ends without. */
  readonly complete: boolean;
  /** Whether the terminal event itself came: the answer is whole, whatever becomes of its connection. */
  readonly ended: boolean;
  /** The error event, when one came. */
  readonly error: UpstreamError | null;
  /** The event that ends the stream, held back because usage was wanted and had not come. */
  readonly withheld?: Buffer | null;
  /** With `wantsUsage`: the event a client still has to get before {@link withheld}. */
  usageEvent?(usage: Usage): Buffer;
};

export type MeterOptions = {
  /** Chat: remove the usage-only chunk, for a client that did not ask for it. */
  readonly dropUsageChunk: boolean;
  /** Chat: the client asked for the usage chunk; without one `[DONE]` is held back, so that one can be put before it. */
  readonly wantsUsage?: boolean;
};

export type Dialect = {
  readonly protocol: Protocol;
  /** Reads what the relay needs of a request body, or says what is wrong with it. */
  readRequest(body: Buffer): RequestFacts | RequestProblem;
  createMeter(options: MeterOptions): StreamMeter;
  /** Usage of a JSON answer (or of the part of it that was kept: its end is what matters). */
  usageOfBody(body: Buffer): Usage | null;
  /**
   * What tells the thinking in an answer: its signatures, or its data where it is redacted.
   * @param answer a run of whole events, or a whole JSON body. Absent: no thinking of this dialect is sent back.
   */
  readonly signaturesIn?: (answer: Buffer, stream: boolean) => readonly string[];
  /** The error in a JSON body, null when it has none. Understands the error shapes of compatible servers too. */
  readError(body: string): UpstreamError | null;
  /** The JSON body of a failure. */
  renderError(fault: Fault): string;
  /** The event that ends a stream with a failure, with its blank line. */
  renderErrorEvent(fault: Fault): string;
  /** What keeps a client of a silent stream from giving up: a whole event, or a comment with its blank line. */
  readonly keepAlive: string;
  /** Bytes of text in one output token, on average of the recorded answers; for estimates only. */
  readonly bytesPerToken: number;
};
