// Failures in the shape of the Responses API.
import type { Fault, UpstreamError } from '../fault.ts';
import { isRecord, parseJson } from '../json.ts';
import { openAiError, renderOpenAiError } from '../openai-error.ts';
import { readErrorValue } from '../upstream-error.ts';

/** The error of a body, or of an event: `response.failed` has it inside its response. */
export function readResponsesError(body: string): UpstreamError | null {
  const value = parseJson(body);
  const failed = isRecord(value) && value.type === 'response.failed';
  return readErrorValue(failed ? value.response : value);
}

/** The JSON body of a failure. */
export const renderResponsesError: (fault: Fault) => string = renderOpenAiError;

/** The `error` event that ends a stream with a failure (docs: Responses streaming events, "error"). */
export function renderResponsesErrorEvent(fault: Fault): string {
  const { code, message, param } = openAiError(fault);
  return `event: error\ndata: ${JSON.stringify({ type: 'error', code, message, param, sequence_number: 0 })}\n\n`;
}
