// What is kept of one request: the single source for the log row, the bill and the live view.
import type { Operation, Protocol } from '@api-proxy/protocols/protocol';
import type { ServerTools, Usage } from '@api-proxy/protocols/usage';

export type Outcome =
  | 'ok'
  | 'client_closed'
  | 'client_error'
  | 'denied'
  | 'upstream_error'
  | 'upstream_truncated'
  | 'interrupted';

/** One try on one channel key. */
export type AttemptRecord = {
  readonly channelId: string;
  readonly channelKeyId: string;
  readonly upstreamModel: string;
  /** HTTP status of the upstream, null when none came. */
  readonly status: number | null;
  readonly outcome: 'ok' | 'failed';
  /** A code of the failure table (`rate_limited`, `connect`, …), or `ok`. */
  readonly reason: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
};

/** Why a channel was a candidate, or was not. */
export type DecisionRecord = { readonly channelId: string; readonly kept: boolean; readonly reason: string };

export type ExchangeRecord = {
  readonly requestId: string;
  readonly startedAtMs: number;
  readonly userId: string;
  readonly keyId: string;
  /** The channel that answered, or the last one tried. */
  readonly channelId: string | null;
  readonly channelKeyId: string | null;
  readonly protocolIn: Protocol;
  readonly protocolOut: Protocol | null;
  readonly operation: Operation;
  readonly modelAsked: string;
  /** The name sent upstream. */
  readonly modelServed: string | null;
  readonly stream: boolean;
  /** Sent to the client; 499 when it left before an answer. */
  readonly status: number;
  readonly outcome: Outcome;
  readonly errorCode: string | null;
  /** At most 16 KB, upstream secrets removed. */
  readonly errorText: string | null;
  readonly usage: Usage;
  /** Calls of the provider's own tools; null where none ran. */
  readonly serverTools: ServerTools | null;
  readonly priceId: string | null;
  /** 1_000_000 = × 1. */
  readonly multiplierPpm: number;
  readonly costNanoUsd: bigint;
  readonly priced: boolean;
  /** What the operator pays upstream although the user does not, at the list price; 0 where nothing is known. */
  readonly operatorLossNanoUsd: bigint;
  /** From the first byte of the request's head to the first byte of the answer. */
  readonly firstByteMs: number | null;
  readonly durationMs: number;
  /** The relay's own share of `firstByteMs`. */
  readonly overheadMs: number;
  readonly clientIp: string;
  readonly userAgent: string;
  /** The upstream's own name for the answer, or for its last refusal. */
  readonly upstreamRequestId: string | null;
  readonly attempts: readonly AttemptRecord[];
  /** Where the plan of the route is stored (`Settlements.planId`); null: `decision` begins with it. */
  readonly planId: string | null;
  /** Every channel with the reason it was kept or dropped, unless `planId` names them; then what happened while choosing. */
  readonly decision: readonly DecisionRecord[];
  readonly droppedFields: readonly string[];
};
