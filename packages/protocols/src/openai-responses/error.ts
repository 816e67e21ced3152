// Failures in the shape of the Responses API.
import type { Fault } from '../fault.ts';
import { openAiError, renderOpenAiError } from '../openai-error.ts';

/** The JSON body of a failure. */
export const renderResponsesError: (fault: Fault) => string = renderOpenAiError;

/** The `error` event that ends a stream with a failure (docs: Responses streaming events, "error"). */
export function renderResponsesErrorEvent(fault: Fault): string {
  const { code, message, param } = openAiError(fault);
  return `event: error\ndata: ${JSON.stringify({ type: 'error', code, message, param, sequence_number: 0 })}\n\n`;
}
