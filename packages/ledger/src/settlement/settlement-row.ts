// What is booked for one finished request: the input of the settlement, one row of the request log and one charge.

export type SettledOutcome =
  | 'ok'
  | 'client_closed'
  | 'client_error'
  | 'denied'
  | 'upstream_error'
  | 'upstream_truncated'
  | 'interrupted';

/** Disjoint token classes; `reasoning` is information and part of `output`. */
export type SettledUsage = {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly output: number;
  readonly reasoning: number;
  readonly estimated: boolean;
};

export type SettledAttempt = {
  readonly channelId: string;
  readonly channelKeyId: string;
  readonly upstreamModel: string;
  readonly status: number | null;
  readonly outcome: string;
  readonly reason: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
};

export type SettledDecision = { readonly channelId: string; readonly kept: boolean; readonly reason: string };

/** Instants in epoch ms, durations in ms, money in nano-USD. `(startedAtMs, requestId)` names the request for good. */
export type SettlementRow = {
  readonly requestId: string;
  readonly startedAtMs: number;
  readonly userId: string;
  readonly keyId: string;
  readonly channelId: string | null;
  readonly channelKeyId: string | null;
  readonly protocolIn: string;
  readonly protocolOut: string | null;
  readonly operation: string;
  readonly modelAsked: string;
  readonly modelServed: string | null;
  readonly stream: boolean;
  readonly status: number;
  readonly outcome: SettledOutcome;
  readonly errorCode: string | null;
  readonly errorText: string | null;
  readonly usage: SettledUsage;
  readonly serverTools?: Readonly<Record<string, number>> | null;
  readonly priceId: string | null;
  readonly multiplierPpm: number;
  readonly costNanoUsd: bigint;
  readonly priced: boolean;
  /** What the operator pays upstream although the user does not. */
  readonly operatorLossNanoUsd?: bigint;
  readonly firstByteMs: number | null;
  readonly durationMs: number;
  readonly overheadMs: number;
  readonly clientIp: string;
  readonly userAgent: string;
  readonly upstreamRequestId?: string | null;
  readonly attempts: readonly SettledAttempt[];
  /** Where the channels are that the route was planned from (`createRoutePlans`); absent or null: in `decision`. */
  readonly planId?: string | null;
  readonly decision: readonly SettledDecision[];
  readonly droppedFields: readonly string[];
  /** A health check: no one pays, and the roll-ups leave it out. */
  readonly probe?: boolean;
};

/** When the request ended, in epoch ms: the instant by which its cost falls into a window. */
export function endedAtMs(row: SettlementRow): number {
  return Math.round(row.startedAtMs + row.durationMs);
}

/** What the user pays: nothing for a probe. */
export function chargeOf(row: SettlementRow): bigint {
  return row.probe ? 0n : row.costNanoUsd;
}
