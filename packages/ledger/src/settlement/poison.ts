// Rows that the database refuses for what they contain: named in the log, the latest kept for a look.
import { messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';
import { sqlState } from './database-fault.ts';
import { type PreparedRow, rowOfPrepared } from './prepared-row.ts';
import type { SettlementRow } from './settlement-row.ts';

export type PoisonRow = { readonly row: SettlementRow; readonly error: string };

const KEPT = 100;

export class PoisonShelf {
  /** The latest, oldest first. */
  readonly rows: PoisonRow[] = [];
  /** Since the start. */
  count = 0;
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  keep(refused: PreparedRow, error: unknown): void {
    const row = rowOfPrepared(refused);
    this.count++;
    this.rows.push({ row, error: causeText(error) });
    if (this.rows.length > KEPT) this.rows.shift();
    this.#logger.error(
      { requestId: row.requestId, error: causeText(error), sqlState: sqlState(error), row: printable(row) },
      'a finished request can not be booked',
    );
  }
}

/** The innermost message: a query error's own text repeats the whole statement with its parameters. */
export function causeText(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}

/** The whole row as JSON text, so that a person can book it by hand from the log. */
export function printable(row: SettlementRow): string {
  return JSON.stringify(row, (_name, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}
