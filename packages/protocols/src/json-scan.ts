// Finds top-level fields of a JSON object by walking its bytes; long strings and runs of numbers are jumped with native `indexOf`.
import { isEscaped, pastEscaped } from './escaped-quotes.ts';
import { parseJson } from './json.ts';

/** Where a value stands: `[start, end)` in bytes. */
export type Span = { readonly start: number; readonly end: number };

export type TopLevel = {
  /** Spans of the wanted and the passed keys that are there, however these are spelt; of one that is there twice, the last. */
  readonly fields: ReadonlyMap<string, Span>;
  /** A wanted key that is there more than once. */
  readonly doubled: string | null;
  /** Index of the object's closing brace. */
  readonly close: number;
  /** True when the object has no field at all. */
  readonly empty: boolean;
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const LONGEST_KEY = 40;
/** So much of a string is walked before it is searched: keys and other short ones end there. */
const SHORT = 16;
/** Quotes that stand further apart are best found natively; so are the first few that stand closer. */
const SPARSE = 64;
const FEW = 4;
const MARKS: readonly number[] = [QUOTE, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE];
/** After so many bytes without a mark native searches through pieces take over. */
const PLAIN = 256;
const PIECE = 4096;

/**
 * The spans of `wanted` top-level keys, also where they are escaped (`"mod\u0065l"`).
 * @param passed keys that are noted on the way, and may be there more than once
 * @returns null when bytes are no JSON object
 */
export function scanTopLevel(
  bytes: Buffer,
  wanted: ReadonlySet<string>,
  passed?: ReadonlySet<string>,
): TopLevel | null {
  const fields = new Map<string, Span>();
  let doubled: string | null = null;
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== OPEN_BRACE) return null;
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === CLOSE_BRACE) return ended(bytes, { fields, doubled, close: at, empty: true });
  for (;;) {
    if (bytes[at] !== QUOTE) return null;
    const keyEnd = skipString(bytes, at);
    if (keyEnd === -1) return null;
    const key = keyIn(bytes, at, keyEnd);
    if (key === null) return null;
    at = skipSpace(bytes, keyEnd);
    if (bytes[at] !== COLON) return null;
    const start = skipSpace(bytes, at + 1);
    const end = skipValue(bytes, start);
    if (end === -1) return null;
    if (wanted.has(key)) {
      if (fields.has(key)) doubled = key;
      fields.set(key, { start, end });
    } else if (passed?.has(key)) fields.set(key, { start, end });
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_BRACE) return ended(bytes, { fields, doubled, close: at, empty: false });
    if (bytes[at] !== COMMA) return null;
    at = skipSpace(bytes, at + 1);
  }
}

/** The key that stands, with its quotes, in `[start, end)`; '' for a long one, which nobody wants; null when it is no text. */
function keyIn(bytes: Buffer, start: number, end: number): string | null {
  if (end - start <= LONGEST_KEY) {
    const key = bytes.toString('latin1', start + 1, end - 1);
    if (!key.includes('\\')) return key;
  } else if (!bytes.subarray(start, end).includes(BACKSLASH)) return '';
  const key = parseJson(bytes.toString('utf8', start, end));
  return typeof key === 'string' ? key : null;
}

/** Nothing but white space may follow the object. */
function ended(bytes: Buffer, found: TopLevel): TopLevel | null {
  return skipSpace(bytes, found.close + 1) === bytes.length ? found : null;
}

/** Index of the first byte at or after `from` that is no white space. */
export function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}

/** Index after the value that starts at `from`, or -1. */
function skipValue(bytes: Buffer, from: number): number {
  const first = bytes[from];
  if (first === QUOTE) return skipString(bytes, from);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipNested(bytes, from);
  let at = from;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (
      byte === COMMA ||
      byte === CLOSE_BRACE ||
      byte === 0x20 ||
      byte === 0x0a ||
      byte === 0x0d ||
      byte === 0x09
    )
      break;
    at++;
  }
  return at === from ? -1 : at;
}

/** Index after the closing quote of the string that opens at `from`, or -1. */
export function skipString(bytes: Buffer, from: number): number {
  const { length } = bytes;
  const near = Math.min(from + SHORT, length);
  let at = from + 1;
  while (at < near) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    at += byte === BACKSLASH ? 2 : 1;
  }
  for (let dense = 0; ; ) {
    const quote = bytes.indexOf(QUOTE, at);
    if (quote === -1) return -1;
    if (!isEscaped(bytes, quote)) return quote + 1;
    dense = quote - at < SPARSE ? dense + 1 : 0;
    at = quote + 1;
    if (dense <= FEW) continue;
    at = pastEscaped(bytes, at);
    dense = 0;
  }
}

/** Index after the object or list that opens at `from`, or -1. */
export function skipNested(bytes: Buffer, from: number): number {
  const { length } = bytes;
  let depth = 0;
  let at = from;
  while (at < length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = skipString(bytes, at);
      if (at === -1) return -1;
      continue;
    }
    at++;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--;
      if (depth === 0) return at;
    } else at = skipPlain(bytes, at);
  }
  return -1;
}

/** Index of the next quote or bracket at or after `from`: over numbers, words, commas and white space. */
function skipPlain(bytes: Buffer, from: number): number {
  const { length } = bytes;
  const stop = Math.min(from + PLAIN, length);
  for (let at = from; at < stop; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE || (byte >= OPEN_BRACKET && isBracket(byte))) return at;
  }
  // So long a run goes on, as a rule: a list of numbers. Searched piece by piece, lest a mark that is far be looked for often.
  for (let at = stop; at < length; at += PIECE) {
    let piece = bytes.subarray(at, at + PIECE);
    const { length: whole } = piece;
    for (const mark of MARKS) {
      const found = piece.indexOf(mark);
      if (found !== -1) piece = piece.subarray(0, found);
    }
    if (piece.length < whole) return at + piece.length;
  }
  return length;
}

function isBracket(byte: number): boolean {
  return byte === OPEN_BRACKET || byte === CLOSE_BRACKET || byte === OPEN_BRACE || byte === CLOSE_BRACE;
}
