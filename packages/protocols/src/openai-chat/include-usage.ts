// The edit that makes a Chat stream report its usage, whatever the client asked for.
import { isRecord, parseJson } from '../json.ts';
import { scanTopLevel, type TopLevel } from '../json-scan.ts';
import { splice } from '../splice.ts';

const WANTED: ReadonlySet<string> = new Set(['include_usage']);

/**
 * The JSON text for `stream_options` with `include_usage: true`; the client's other options are kept.
 * @param layout of the body, as its reading found it
 */
export function withIncludeUsage(body: Buffer, layout: TopLevel | undefined): string {
  const span = layout?.fields.get('stream_options');
  const written = span ? body.subarray(span.start, span.end) : null;
  const found = written ? scanTopLevel(written, WANTED) : null;
  if (written && found?.doubled === null) return splice(written, { include_usage: 'true' }).toString();
  const options = written ? parseJson(written.toString()) : undefined;
  return JSON.stringify({ ...(isRecord(options) ? options : {}), include_usage: true });
}
