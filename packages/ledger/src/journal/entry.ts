// What the journal says: a request was admitted, a request ended and this is its row, a request ended without one.
import { type LogValues, rowOf } from '../settlement/log-record.ts';
import type { RowTexts } from '../settlement/prepared-row.ts';
import type { SettlementRow } from '../settlement/settlement-row.ts';
import type { Stretch } from './frame.ts';

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

/** In the order of {@link OpenedRequest}; money is text, because JSON has no integer of that size. */
type OpenedValues = readonly [
  requestId: string,
  startedAtMs: number,
  userId: string,
  keyId: string,
  upperBoundNanoUsd: string,
  protocolIn: string,
  operation: string,
  modelAsked: string,
  stream: boolean,
];

/** Versions before 0095 wrote objects: whoever takes over from one of them finds those. */
type FormerRequest = Omit<OpenedRequest, 'upperBoundNanoUsd'> & { readonly upperBoundNanoUsd: string };
type FormerRow = Omit<SettlementRow, 'costNanoUsd' | 'operatorLossNanoUsd'> & {
  readonly costNanoUsd: string;
  readonly operatorLossNanoUsd?: string;
};
type StoredEntry =
  | { readonly o: OpenedValues | FormerRequest }
  | { readonly c: LogValues | FormerRow }
  | { readonly v: string };

/** A request is admitted. */
export function openText(request: OpenedRequest): string {
  const values: OpenedValues = [
    request.requestId,
    request.startedAtMs,
    request.userId,
    request.keyId,
    request.upperBoundNanoUsd.toString(),
    request.protocolIn,
    request.operation,
    request.modelAsked,
    request.stream,
  ];
  return `{"o":${JSON.stringify(values)}}`;
}

const BEFORE_ROW = Buffer.from('{"c":');
const AFTER_ROW = Buffer.from('}');

/** It ended with a row. */
export function closeStretch({ slab, jsonStart, jsonEnd }: RowTexts): Stretch {
  return { before: BEFORE_ROW, bytes: slab, start: jsonStart, end: jsonEnd, after: AFTER_ROW };
}

/** It ended without one. */
export function voidText(requestId: string): string {
  return JSON.stringify({ v: requestId });
}

/** Reads an entry that a function of this file wrote. @throws SyntaxError on anything else. */
export function entryOf(text: string): Entry {
  const stored = parsed(text);
  if ('v' in stored) return { kind: 'void', requestId: stored.v };
  if ('o' in stored) return { kind: 'open', request: requestOf(stored.o) };
  return { kind: 'close', row: isList(stored.c) ? rowOf(stored.c) : formerRow(stored.c) };
}

function requestOf(stored: OpenedValues | FormerRequest): OpenedRequest {
  if (!isList(stored)) return { ...stored, upperBoundNanoUsd: BigInt(stored.upperBoundNanoUsd) };
  const [requestId, startedAtMs, userId, keyId, upperBound, protocolIn, operation, modelAsked, stream] =
    stored;
  return {
    ...{ requestId, startedAtMs, userId, keyId, upperBoundNanoUsd: BigInt(upperBound) },
    ...{ protocolIn, operation, modelAsked, stream },
  };
}

function formerRow({ operatorLossNanoUsd, ...row }: FormerRow): SettlementRow {
  const closed = { ...row, costNanoUsd: BigInt(row.costNanoUsd) };
  if (operatorLossNanoUsd === undefined) return closed;
  return { ...closed, operatorLossNanoUsd: BigInt(operatorLossNanoUsd) };
}

/** `Array.isArray` does not narrow to lists that must not change. */
function isList<List extends readonly unknown[]>(value: List | object): value is List {
  return Array.isArray(value);
}

/** Guarantee: the text's checksum was right, so it is what this file wrote. */
function parsed(text: string): StoredEntry {
  return JSON.parse(text) as StoredEntry;
}
