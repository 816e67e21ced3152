// New gift cards as CSV, for a spreadsheet or a shop.
import type { NewGiftCards } from '@api-proxy/contracts/gift-cards';
import { csvOf } from '../../lib/csv.ts';

const HEAD = ['code', 'amount_usd', 'expires_at', 'note', 'batch'];

/** One line per code. */
export function codesCsv({ codes, amountUsd, expiresAt, note, batchId }: NewGiftCards): string {
  const lines = codes.map((code) => [code, amountUsd, expiresAt ?? '', note, batchId]);
  return csvOf([HEAD, ...lines]);
}
