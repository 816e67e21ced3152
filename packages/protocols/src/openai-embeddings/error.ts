// Failures in the shape of the Embeddings API.
import type { Fault } from '../fault.ts';
import { renderOpenAiError } from '../openai-error.ts';

/** The JSON body of a failure. */
export const renderEmbeddingsError: (fault: Fault) => string = renderOpenAiError;
