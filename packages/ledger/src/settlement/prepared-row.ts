// A finished request as it waits for its booking: its record as bytes of text, and of the rest only what a booking adds up.
import { copyLine } from './copy-text.ts';
import { jsonText } from './json-parameter.ts';
import { LOG_COLUMNS, type LogValues, logValues, MODEL_ASKED, rowOf } from './log-record.ts';
import {
  chargeOf,
  endedAtMs,
  type SettledOutcome,
  type SettledUsage,
  type SettlementRow,
} from './settlement-row.ts';
import { TextSlabs } from './text-slabs.ts';

/** Where the texts of a row lie: its JSON (of its `LogValues`), then, where COPY loads the log, the line for it. */
export type RowTexts = {
  readonly slab: Buffer;
  readonly jsonStart: number;
  readonly jsonEnd: number;
  /** End of the line, which begins where the JSON ends; the same place: there is none. */
  readonly lineEnd: number;
};

/**
 * The texts are made once, for the journal and for the database. Hundreds of rows wait at a time: what they consist of is
 * moved by each collection of young objects, so the texts lie outside of the heap (docs/decisions/0095 and 0102).
 */
export type PreparedRow = RowTexts & {
  readonly requestId: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly userId: string;
  readonly keyId: string;
  readonly channelId: string | null;
  /** As it is stored. */
  readonly model: string;
  readonly outcome: SettledOutcome;
  readonly usage: SettledUsage;
  /** What the user pays, nano-USD. */
  readonly charge: bigint;
  readonly operatorLoss: bigint;
  readonly firstByteMs: number | null;
  readonly durationMs: number;
  readonly probe: boolean;
};

/** The part of it that a journal's record needs. */
export type EndedRow = Pick<PreparedRow, 'requestId' | keyof RowTexts>;

export type Preparation = {
  /** The log is loaded by COPY. */
  readonly copies: boolean;
  /** Where the texts go; absent: into a slab of their own. */
  readonly slabs?: TextSlabs;
};

/** Never throws: what can't be stored is refused by the database, row by row. */
export function prepareRow(
  row: SettlementRow,
  { copies, slabs = new TextSlabs(0) }: Preparation,
): PreparedRow {
  const values = logValues(row);
  const json = jsonText(values);
  const line = copies ? copyLine(values, LOG_COLUMNS) : '';
  const slab = slabs.withRoomFor(json.length + line.length);
  const jsonStart = slabs.end;
  const jsonEnd = slabs.put(json);
  const lineEnd = slabs.put(line);
  return {
    requestId: row.requestId,
    startedAtMs: row.startedAtMs,
    endedAtMs: endedAtMs(row),
    userId: row.userId,
    keyId: row.keyId,
    channelId: row.channelId,
    model: values[MODEL_ASKED],
    outcome: row.outcome,
    usage: row.usage,
    charge: chargeOf(row),
    operatorLoss: row.operatorLossNanoUsd ?? 0n,
    firstByteMs: row.firstByteMs,
    durationMs: row.durationMs,
    probe: row.probe ?? false,
    slab,
    jsonStart,
    jsonEnd,
    lineEnd,
  };
}

/** The whole row again, for whoever has to look at it. */
export function rowOfPrepared({ slab, jsonStart, jsonEnd }: RowTexts): SettlementRow {
  return rowOf(JSON.parse(slab.toString('utf8', jsonStart, jsonEnd)) as LogValues);
}
