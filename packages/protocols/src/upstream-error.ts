// Reads the error out of an upstream's JSON, in the shapes that providers and compatible servers use.
import type { UpstreamError } from './fault.ts';
import { isRecord, parseJson, recordAt, textAt } from './json.ts';

/** The error of a JSON body, or null when the body is no error. */
export function readErrorBody(body: string): UpstreamError | null {
  return readErrorValue(parseJson(body));
}

/** `{"error":{…}}` (Anthropic, OpenAI), `{"error":"…"}`, `{"detail":"…"}`, `{"type":"error",…}`. */
export function readErrorValue(value: unknown): UpstreamError | null {
  if (!isRecord(value)) return null;
  const error = recordAt(value, 'error');
  if (error) {
    return {
      type: textAt(error, 'type'),
      code: textAt(error, 'code'),
      message: textAt(error, 'message') ?? textAt(error, 'detail') ?? 'The upstream reported an error.',
    };
  }
  const text = textAt(value, 'error') ?? textAt(value, 'detail');
  if (text !== null) return { type: null, code: textAt(value, 'code'), message: text };
  if (value.type !== 'error') return null;
  return {
    type: 'error',
    code: textAt(value, 'code'),
    message: textAt(value, 'message') ?? 'The upstream reported an error.',
  };
}
