// What a protocol must bring to be spoken by the fake: reading, answering, streaming, failing.
import type { IncomingHttpHeaders } from 'node:http';
import type { Behaviour } from './behaviour.ts';
import type { Fault } from './fault.ts';
import type { Identity } from './identity.ts';
import type { JsonRecord } from './json-value.ts';
import type { FakeRequest, Plan, ProtocolName } from './plan.ts';

/** One event of a stream, framed for the wire. */
export interface Frame {
  readonly text: string;
  /** Content bytes (text, thinking, tool names and arguments) the event carries. */
  readonly content: number;
  /** `final` frames end the answer and carry usage; `done` is Chat's [DONE]. */
  readonly kind: 'open' | 'content' | 'final' | 'done';
}

/** One request with everything that decides its answer. */
export interface Turn {
  readonly request: FakeRequest;
  readonly plan: Plan;
  readonly behaviour: Behaviour;
  readonly identity: Identity;
  readonly requestId: string;
}

export type Parsed =
  | { readonly ok: true; readonly request: FakeRequest }
  | { readonly ok: false; readonly fault: Fault };

export interface WireProtocol {
  readonly name: ProtocolName;
  /** Checks the fields the provider insists on and reduces the body. */
  readonly parse: (body: JsonRecord, headers: IncomingHttpHeaders) => Parsed;
  readonly answer: (turn: Turn) => JsonRecord;
  readonly frames: (turn: Turn) => Iterable<Frame>;
  readonly errorStatus: (fault: Fault) => number;
  readonly errorBody: (fault: Fault, requestId: string) => JsonRecord;
  /** The events with which a stream reports a failure; `sent` is the number of events before. */
  readonly errorFrames: (fault: Fault, turn: Turn, sent: number) => Iterable<Frame>;
  /** The keep-alive of the dialect. */
  readonly ping: string;
  readonly headers: (requestId: string, exhausted: boolean) => Record<string, string>;
}

export interface FrameOptions {
  /** Default `open`. */
  readonly kind?: Frame['kind'];
  /** Default 0. */
  readonly content?: number;
}

/** An SSE frame with an event name. */
export function namedFrame(event: string, json: string, options: FrameOptions = {}): Frame {
  const { kind = 'open', content = 0 } = options;
  return { text: `event: ${event}\ndata: ${json}\n\n`, content, kind };
}
