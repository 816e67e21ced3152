// The texts of a batch put together, as bytes: they go to the database without being read again.
import type { RowTexts } from './prepared-row.ts';

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

/** A JSON array of the rows' records. */
export function jsonOf(rows: readonly RowTexts[]): Buffer {
  let size = 1 + Math.max(rows.length, 1);
  for (const { jsonStart, jsonEnd } of rows) size += jsonEnd - jsonStart;
  const joined = Buffer.allocUnsafe(size);
  joined[0] = OPEN_BRACKET;
  let at = 1;
  for (const { slab, jsonStart, jsonEnd } of rows) {
    if (at > 1) joined[at++] = COMMA;
    at += slab.copy(joined, at, jsonStart, jsonEnd);
  }
  joined[at] = CLOSE_BRACKET;
  return joined;
}

/** The rows' lines for COPY. Null where a row was not written out for it: it must not be left out. */
export function linesOf(rows: readonly RowTexts[]): Buffer | null {
  let size = 0;
  for (const { jsonEnd, lineEnd } of rows) {
    if (lineEnd === jsonEnd) return null;
    size += lineEnd - jsonEnd;
  }
  const joined = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { slab, jsonEnd, lineEnd } of rows) at += slab.copy(joined, at, jsonEnd, lineEnd);
  return joined;
}
