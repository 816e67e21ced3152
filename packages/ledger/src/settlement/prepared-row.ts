// A finished request as it waits for its booking: its record as text, and of the rest only what a booking adds up.
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

/**
 * The text is made once, for the journal and for the database. Hundreds of rows wait at a time: what they consist of is
 * moved by each collection of young objects, and a text is one object (docs/decisions/0095).
 */
export type PreparedRow = {
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
  /** JSON of its `LogValues`. */
  readonly json: string;
  /** The same for COPY, where that loads the log. */
  readonly line: string | null;
};

/** Never throws: what can't be stored is refused by the database, row by row. */
export function prepareRow(row: SettlementRow, how: { readonly copies: boolean }): PreparedRow {
  const values = logValues(row);
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
    json: jsonText(values),
    line: how.copies ? copyLine(values, LOG_COLUMNS) : null,
  };
}

/** The whole row again, for whoever has to look at it. */
export function rowOfPrepared({ json }: PreparedRow): SettlementRow {
  return rowOf(JSON.parse(json) as LogValues);
}
