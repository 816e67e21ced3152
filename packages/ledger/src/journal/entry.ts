// What the journal says: a request was admitted, a request ended and this is its row, a request ended without one.
import type { SettlementRow } from '../settlement/settlement-row.ts';

/** Enough of an admitted request to write its row if the relay dies before it ends. */
export type OpenedRequest = {
  readonly requestId: string;
  /** Epoch ms; the same instant as in the row that ends it. */
  readonly startedAtMs: number;
  readonly userId: string;
  readonly keyId: string;
  readonly upperBoundNanoUsd: bigint;
  readonly protocolIn: string;
  readonly operation: string;
  readonly modelAsked: string;
  readonly stream: boolean;
};

export type Entry =
  | { readonly kind: 'open'; readonly request: OpenedRequest }
  | { readonly kind: 'close'; readonly row: SettlementRow }
  | { readonly kind: 'void'; readonly requestId: string };

type Stored<Row, Money extends keyof Row> = Omit<Row, Money> & { readonly [Name in Money]: string };
type StoredRequest = Stored<OpenedRequest, 'upperBoundNanoUsd'>;
type StoredRow = Omit<Stored<SettlementRow, 'costNanoUsd'>, 'operatorLossNanoUsd'> & {
  readonly operatorLossNanoUsd?: string;
};
type StoredEntry = { readonly o: StoredRequest } | { readonly c: StoredRow } | { readonly v: string };
/** Every field by name, so that none is forgotten below. */
type Spelled<Row> = { readonly [Name in keyof Required<Row>]: Row[Name] };

/** An entry as compact JSON; money as decimal text, because JSON has no integer of that size. */
export function entryText(entry: Entry): string {
  switch (entry.kind) {
    case 'open':
      return JSON.stringify({ o: storedRequest(entry.request) });
    case 'close':
      return JSON.stringify({ c: storedRow(entry.row) });
    case 'void':
      return JSON.stringify({ v: entry.requestId });
  }
}

// Field by field: `JSON.stringify` takes twice as long for an object that was spread together (docs/decisions/0071).

function storedRequest(request: OpenedRequest): Spelled<StoredRequest> {
  return {
    requestId: request.requestId,
    startedAtMs: request.startedAtMs,
    userId: request.userId,
    keyId: request.keyId,
    upperBoundNanoUsd: request.upperBoundNanoUsd.toString(),
    protocolIn: request.protocolIn,
    operation: request.operation,
    modelAsked: request.modelAsked,
    stream: request.stream,
  };
}

/** What is undefined here is absent in the text. */
function storedRow(row: SettlementRow): Spelled<StoredRow> {
  return {
    requestId: row.requestId,
    startedAtMs: row.startedAtMs,
    userId: row.userId,
    keyId: row.keyId,
    channelId: row.channelId,
    channelKeyId: row.channelKeyId,
    protocolIn: row.protocolIn,
    protocolOut: row.protocolOut,
    operation: row.operation,
    modelAsked: row.modelAsked,
    modelServed: row.modelServed,
    stream: row.stream,
    status: row.status,
    outcome: row.outcome,
    errorCode: row.errorCode,
    errorText: row.errorText,
    usage: row.usage,
    serverTools: row.serverTools,
    priceId: row.priceId,
    multiplierPpm: row.multiplierPpm,
    costNanoUsd: row.costNanoUsd.toString(),
    priced: row.priced,
    operatorLossNanoUsd: row.operatorLossNanoUsd?.toString(),
    firstByteMs: row.firstByteMs,
    durationMs: row.durationMs,
    overheadMs: row.overheadMs,
    clientIp: row.clientIp,
    userAgent: row.userAgent,
    upstreamRequestId: row.upstreamRequestId,
    attempts: row.attempts,
    planId: row.planId ?? undefined,
    decision: row.decision,
    droppedFields: row.droppedFields,
    probe: row.probe,
  };
}

/** Reads an entry that {@link entryText} wrote. @throws SyntaxError on anything else. */
export function entryOf(text: string): Entry {
  const stored = parsed(text);
  if ('v' in stored) return { kind: 'void', requestId: stored.v };
  if ('o' in stored) {
    const { o } = stored;
    return { kind: 'open', request: { ...o, upperBoundNanoUsd: BigInt(o.upperBoundNanoUsd) } };
  }
  const { operatorLossNanoUsd, ...row } = stored.c;
  const closed = { ...row, costNanoUsd: BigInt(row.costNanoUsd) };
  if (operatorLossNanoUsd === undefined) return { kind: 'close', row: closed };
  return { kind: 'close', row: { ...closed, operatorLossNanoUsd: BigInt(operatorLossNanoUsd) } };
}

/** Guarantee: the text's checksum was right, so it is what this file's `entryText` wrote. */
function parsed(text: string): StoredEntry {
  return JSON.parse(text) as StoredEntry;
}
