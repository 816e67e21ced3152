// Finds top-level fields of a JSON object by walking its bytes; strings are jumped with native `indexOf`.

/** Where a value stands: `[start, end)` in bytes. */
export type Span = { readonly start: number; readonly end: number };

export type TopLevel = {
  /** Spans of the wanted keys that are there. */
  readonly fields: ReadonlyMap<string, Span>;
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

/**
 * The spans of `wanted` top-level keys.
 * @returns null when bytes are no plainly written JSON object: broken, or with a wanted key twice, or with any
 * escaped key (`"mod\u0065l"`). The caller then parses the whole text, which settles what it means.
 */
export function scanTopLevel(bytes: Buffer, wanted: ReadonlySet<string>): TopLevel | null {
  const fields = new Map<string, Span>();
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== OPEN_BRACE) return null;
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === CLOSE_BRACE) return ended(bytes, { fields, close: at, empty: true });
  for (;;) {
    if (bytes[at] !== QUOTE) return null;
    const keyEnd = bytes.indexOf(QUOTE, at + 1);
    if (keyEnd === -1) return null;
    const key = keyEnd - at <= LONGEST_KEY ? bytes.toString('latin1', at + 1, keyEnd) : '';
    if (key.includes('\\') || bytes[keyEnd - 1] === BACKSLASH) return null;
    at = skipSpace(bytes, keyEnd + 1);
    if (bytes[at] !== COLON) return null;
    const start = skipSpace(bytes, at + 1);
    const end = skipValue(bytes, start);
    if (end === -1) return null;
    if (wanted.has(key)) {
      if (fields.has(key)) return null;
      fields.set(key, { start, end });
    }
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_BRACE) return ended(bytes, { fields, close: at, empty: false });
    if (bytes[at] !== COMMA) return null;
    at = skipSpace(bytes, at + 1);
  }
}

/** Nothing but white space may follow the object. */
function ended(bytes: Buffer, found: TopLevel): TopLevel | null {
  return skipSpace(bytes, found.close + 1) === bytes.length ? found : null;
}

function skipSpace(bytes: Buffer, from: number): number {
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
  let at = from;
  for (;;) {
    at = bytes.indexOf(QUOTE, at + 1);
    if (at === -1) return -1;
    let slashes = 0;
    while (bytes[at - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
}

/** Index after the object or list that opens at `from`, or -1. */
export function skipNested(bytes: Buffer, from: number): number {
  let depth = 0;
  let at = from;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = skipString(bytes, at);
      if (at === -1) return -1;
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--;
      if (depth === 0) return at + 1;
    }
    at++;
  }
  return -1;
}
