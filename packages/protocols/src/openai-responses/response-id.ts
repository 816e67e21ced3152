// The id of a response, out of how its answer begins.
import { isRecord, parseJson, recordAt, textAt } from '../json.ts';
import { eventData, nextEventEnd } from '../sse.ts';

/**
 * @param first a stream up to its first event at least, which keep-alives may precede, or a body (its beginning, when it
 * is long). Null when it shows no id.
 */
export function responseIdIn(first: Buffer, stream: boolean): string | null {
  if (stream) return idInEvents(first);
  const whole = parseJson(first.toString());
  if (isRecord(whole)) return textAt(whole, 'id');
  // Only the beginning came, and a response's own id stands before any other.
  return /^\s*\{\s*"id"\s*:\s*"([^"\\]+)"/.exec(first.toString('latin1', 0, 512))?.[1] ?? null;
}

/** Of the first event that is about a response: comments, pings and what else keeps a stream alive are not. */
function idInEvents(events: Buffer): string | null {
  for (let at = 0; at < events.length; ) {
    const end = nextEventEnd(events, at);
    const response = recordAt(parseJson(eventData(events.subarray(at, end))), 'response');
    if (response) return textAt(response, 'id');
    at = end;
  }
  return null;
}
