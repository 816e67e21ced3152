// Rows of texts as CSV (RFC 4180) that spreadsheets read as they are meant.

// A spreadsheet runs a cell that starts like this as a formula; the apostrophe makes it text. A number is none.
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

function cell(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** It opens with a byte order mark: without it Excel takes the file for a local encoding. */
export function csvOf(rows: ReadonlyArray<readonly string[]>): string {
  return `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}
