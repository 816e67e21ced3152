// Finds what is nested in a JSON body: the items of a list and the fields of an object, by where they stand.
import { parseJson } from './json.ts';
import { type Span, scanTopLevel, skipNested, skipSpace, skipString } from './json-scan.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * The items of the list that stands at `list`, in order.
 * @returns null when no list stands there
 */
export function itemsIn(bytes: Buffer, list: Span): readonly Span[] | null {
  if (bytes[list.start] !== OPEN_BRACKET) return null;
  const items: Span[] = [];
  let at = skipSpace(bytes, list.start + 1);
  if (bytes[at] === CLOSE_BRACKET) return at + 1 === list.end ? items : null;
  while (at < list.end) {
    const end = itemEnd(bytes, at);
    if (end === -1 || end === at) return null;
    items.push({ start: at, end });
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_BRACKET) return at + 1 === list.end ? items : null;
    if (bytes[at] !== COMMA) return null;
    at = skipSpace(bytes, at + 1);
  }
  return null;
}

/** Index after the item that starts at `from`, or -1. */
function itemEnd(bytes: Buffer, from: number): number {
  const first = bytes[from];
  if (first === QUOTE) return skipString(bytes, from);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipNested(bytes, from);
  let at = from;
  while (
    at < bytes.length &&
    bytes[at] !== COMMA &&
    bytes[at] !== CLOSE_BRACKET &&
    skipSpace(bytes, at) === at
  )
    at++;
  return at;
}

/** Where the wanted fields of an object stand, in the bytes that the object itself stands in; none when it is no object. */
export function fieldsIn(
  bytes: Buffer,
  object: Span,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, Span> {
  const found = scanTopLevel(bytes.subarray(object.start, object.end), wanted);
  const fields = new Map<string, Span>();
  for (const [name, { start, end }] of found?.fields ?? [])
    fields.set(name, { start: object.start + start, end: object.start + end });
  return fields;
}

/** The text that stands there, or null where none does. */
export function textIn(bytes: Buffer, span: Span | undefined): string | null {
  if (span === undefined || bytes[span.start] !== QUOTE) return null;
  const text = parseJson(bytes.toString('utf8', span.start, span.end));
  return typeof text === 'string' ? text : null;
}
