// Replaces or adds top-level values of a JSON body without touching any other byte.
import { scanTopLevel, type TopLevel } from './json-scan.ts';

/** New top-level values, as JSON text by key. */
export type Edits = Readonly<Record<string, string>>;

/**
 * The body with `edits` spliced in: key order, white space and unknown fields survive. A key that is missing is added
 * at the end of the object. Gives the same Buffer when there is nothing to change.
 * @param layout of this body, with every field of `edits` that it has; absent: looked for
 * @throws TypeError when the body is no JSON object
 */
export function splice(body: Buffer, edits: Edits, layout?: TopLevel): Buffer {
  const names = Object.keys(edits);
  if (names.length === 0) return body;
  const found = layout ?? scanTopLevel(body, new Set(names));
  if (found === null) throw new TypeError('The body is no JSON object.');
  return spliceFound(body, edits, found);
}

function spliceFound(body: Buffer, edits: Edits, found: TopLevel): Buffer {
  const changes: { start: number; end: number; text: string }[] = [];
  let added = '';
  for (const [name, text] of Object.entries(edits)) {
    const span = found.fields.get(name);
    if (span) changes.push({ start: span.start, end: span.end, text });
    else added += `${found.empty && added === '' ? '' : ','}${JSON.stringify(name)}:${text}`;
  }
  if (added !== '') changes.push({ start: found.close, end: found.close, text: added });
  changes.sort((a, b) => a.start - b.start);
  const parts: Buffer[] = [];
  let from = 0;
  for (const change of changes) {
    parts.push(body.subarray(from, change.start), Buffer.from(change.text));
    from = change.end;
  }
  parts.push(body.subarray(from));
  return Buffer.concat(parts);
}
