// What a load is, and what the generator reports of it.
import type { RequestPlan } from './requests.ts';

/** One stream of requests from its own connections. */
export type LoadPart = RequestPlan & {
  readonly name: string;
  readonly connections: number;
  /** Requests to make; the part ends earlier when `maxMs` is over. */
  readonly total: number;
  readonly maxMs: number;
  /** Requests per second on a schedule; absent: each connection asks again when it has its answer. */
  readonly ratePerS?: number;
  /** The connections' first requests are spread over this time. */
  readonly rampMs: number;
  /** Share of the exchanges whose client leaves in the middle. */
  readonly abortShare: number;
  /** A slow reader stops for this long after each 64 KB; 0 = reads at once. */
  readonly pauseMs: number;
  /** The status that a right answer has. */
  readonly status: number;
};

/** Milliseconds at the usual points; null without samples. */
export type Spread = {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
};

export type PartResult = {
  readonly name: string;
  readonly seconds: number;
  /** Requests sent, of which `aborted` were left by the client. */
  readonly sent: number;
  /** Right answers, whole and byte-equal. */
  readonly good: number;
  readonly aborted: number;
  readonly wrongBytes: number;
  readonly withoutEnd: number;
  readonly byStatus: Readonly<Record<string, number>>;
  /** Connections that broke under a request. */
  readonly broken: number;
  /** Requests that were still running when the time was over. */
  readonly unfinished: number;
  /** Events of streams that came, and of JSON answers none. */
  readonly events: number;
  readonly bytes: number;
  /** From the (scheduled) start to the last byte. */
  readonly latency: Spread | null;
  readonly firstToken: Spread | null;
  readonly gap: Spread | null;
};
