// New gift cards as CSV (RFC 4180), for a spreadsheet or a shop.
import type { NewGiftCards } from '@api-proxy/contracts/gift-cards';

const HEAD = ['code', 'amount_usd', 'expires_at', 'note', 'batch'];

// A spreadsheet runs a cell that starts like this as a formula; the apostrophe makes it text.
const FORMULA = /^[=+\-@\t\r]/;

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line per code. It opens with a byte order mark: without it Excel takes the file for a local encoding. */
export function codesCsv({ codes, amountUsd, expiresAt, note, batchId }: NewGiftCards): string {
  const lines = codes.map((code) => [code, amountUsd, expiresAt ?? '', note, batchId]);
  return `\ufeff${[HEAD, ...lines].map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}
