// The id of a response, out of how its answer begins.
import { isRecord, parseJson, recordAt, textAt } from '../json.ts';
import { eventData, nextEventEnd } from '../sse.ts';

/** @param first the first event of a stream, or a body (its beginning, when it is long). Null when it shows no id. */
export function responseIdIn(first: Buffer, stream: boolean): string | null {
  if (stream) {
    const event = parseJson(eventData(first.subarray(0, nextEventEnd(first, 0))));
    return textAt(recordAt(event, 'response'), 'id');
  }
  const whole = parseJson(first.toString());
  if (isRecord(whole)) return textAt(whole, 'id');
  // Only the beginning came, and a response's own id stands before any other.
  return /^\s*\{\s*"id"\s*:\s*"([^"\\]+)"/.exec(first.toString('latin1', 0, 512))?.[1] ?? null;
}
