// Failures in the shape of Chat Completions.
import type { Fault } from '../fault.ts';
import { renderOpenAiError } from '../openai-error.ts';

/** The JSON body of a failure. */
export const renderChatError: (fault: Fault) => string = renderOpenAiError;

/** The chunk that ends a stream with a failure; no `[DONE]` follows, so no client takes it as complete. */
export function renderChatErrorEvent(fault: Fault): string {
  return `data: ${renderOpenAiError(fault)}\n\n`;
}
