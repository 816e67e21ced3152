// Rows of texts as CSV (RFC 4180) that spreadsheets read as they are meant.

/** A text, or an amount that a spreadsheet shall add up. */
export type Cell = string | { readonly amount: string };

// A spreadsheet runs a cell that starts like this as a formula; the apostrophe makes it text.
const FORMULA = /^[=+\-@\t\r]/;

function cell(value: Cell): string {
  if (typeof value !== 'string') return value.amount;
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** It opens with a byte order mark: without it Excel takes the file for a local encoding. */
export function csvOf(rows: ReadonlyArray<readonly Cell[]>): string {
  return `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}
