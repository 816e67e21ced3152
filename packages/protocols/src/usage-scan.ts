// Finds the `usage` object of a JSON answer without parsing the rest of it.
import { isRecord, type JsonRecord, parseJson } from './json.ts';
import { scanTopLevel, skipNested } from './json-scan.ts';

const USAGE_KEY = Buffer.from('"usage"');
const USAGE_FIELD: ReadonlySet<string> = new Set(['usage']);

/**
 * The last `usage` object of a body: the top-level one, or, when only the end of the body was kept, the last that
 * stands complete in it.
 */
export function usageObject(body: Buffer): JsonRecord | null {
  const last = body.lastIndexOf(USAGE_KEY);
  if (last === -1) return null;
  // Where the word stands once there is nothing to choose from, and the walk over the whole body is spared.
  const span =
    body.indexOf(USAGE_KEY) === last ? undefined : scanTopLevel(body, USAGE_FIELD)?.fields.get('usage');
  if (span) return recordIn(body, span.start, span.end);
  let before = body.length;
  while (before > 0) {
    const key = body.lastIndexOf(USAGE_KEY, before - 1);
    if (key === -1) return null;
    const open = valueStart(body, key);
    const end = body[open] === 0x7b ? skipNested(body, open) : -1;
    const found = end === -1 ? null : recordIn(body, open, end);
    if (found) return found;
    before = key;
  }
  return null;
}

/** Whether some `usage` field in these bytes has an object as its value (not null). */
export function hasUsageObject(bytes: Buffer): boolean {
  let at = bytes.indexOf(USAGE_KEY);
  while (at !== -1) {
    if (bytes[valueStart(bytes, at)] === 0x7b) return true;
    at = bytes.indexOf(USAGE_KEY, at + USAGE_KEY.length);
  }
  return false;
}

function valueStart(bytes: Buffer, key: number): number {
  let at = key + USAGE_KEY.length;
  while (
    bytes[at] === 0x3a ||
    bytes[at] === 0x20 ||
    bytes[at] === 0x0a ||
    bytes[at] === 0x0d ||
    bytes[at] === 0x09
  )
    at++;
  return at;
}

function recordIn(body: Buffer, start: number, end: number): JsonRecord | null {
  const value = parseJson(body.toString('utf8', start, end));
  return isRecord(value) ? value : null;
}
