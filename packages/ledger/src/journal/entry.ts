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

/** An entry as compact JSON; money as decimal text, because JSON has no integer of that size. */
export function entryText(entry: Entry): string {
  switch (entry.kind) {
    case 'open': {
      const upperBoundNanoUsd = entry.request.upperBoundNanoUsd.toString();
      return storedText({ o: { ...entry.request, upperBoundNanoUsd } });
    }
    case 'close': {
      const { operatorLossNanoUsd, ...row } = entry.row;
      const c = { ...row, costNanoUsd: row.costNanoUsd.toString() };
      if (operatorLossNanoUsd === undefined) return storedText({ c });
      return storedText({ c: { ...c, operatorLossNanoUsd: operatorLossNanoUsd.toString() } });
    }
    case 'void':
      return storedText({ v: entry.requestId });
  }
}

function storedText(stored: StoredEntry): string {
  return JSON.stringify(stored);
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

/** Guarantee: the text's checksum was right, so it is what this file's `storedText` wrote. */
function parsed(text: string): StoredEntry {
  return JSON.parse(text) as StoredEntry;
}
