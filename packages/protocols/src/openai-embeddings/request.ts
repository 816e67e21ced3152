// What the relay reads of an Embeddings request.
import { checkModel, isProblem, pickFields, type RequestFacts, type RequestProblem } from '../request.ts';

const WANTED: ReadonlySet<string> = new Set(['model']);

export function readEmbeddingsRequest(body: Buffer): RequestFacts | RequestProblem {
  const fields = pickFields(body, WANTED);
  if (isProblem(fields)) return fields;
  const problem = checkModel(fields.values);
  if (problem) return problem;
  return {
    model: String(fields.values.model),
    stream: false,
    maxOutputTokens: 0,
    includeUsage: true,
    sessionHint: null,
  };
}
