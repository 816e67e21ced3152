// The edit that makes a Chat stream report its usage, whatever the client asked for.
import { isRecord, parseJson } from '../json.ts';
import { scanTopLevel } from '../json-scan.ts';

const OPTIONS: ReadonlySet<string> = new Set(['stream_options']);

/** The JSON text for `stream_options` with `include_usage: true`; the client's other options are kept. */
export function withIncludeUsage(body: Buffer): string {
  const span = scanTopLevel(body, OPTIONS)?.fields.get('stream_options');
  const options = span ? parseJson(body.toString('utf8', span.start, span.end)) : undefined;
  return JSON.stringify({ ...(isRecord(options) ? options : {}), include_usage: true });
}
