// What the relay reads of an Embeddings request.
import { checkModel, isProblem, pickFields, type RequestFacts, type RequestProblem } from '../request.ts';

const WANTED: ReadonlySet<string> = new Set(['model']);
/** What is embedded is no conversation. */
const NOTED: ReadonlySet<string> = new Set();

export function readEmbeddingsRequest(body: Buffer): RequestFacts | RequestProblem {
  const fields = pickFields(body, WANTED, NOTED);
  if (isProblem(fields)) return fields;
  const problem = checkModel(fields.values);
  if (problem) return problem;
  return {
    model: String(fields.values.model),
    layout: fields.layout,
    stream: false,
    maxOutputTokens: 0,
    includeUsage: true,
    sessionHint: null,
  };
}
