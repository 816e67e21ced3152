// What the relay reads of a Responses request.
import { textAt } from '../json.ts';
import {
  checkBoolean,
  checkCount,
  checkModel,
  isProblem,
  pickFields,
  type RequestFacts,
  type RequestProblem,
} from '../request.ts';

const WANTED: ReadonlySet<string> = new Set([
  'model',
  'stream',
  'max_output_tokens',
  'previous_response_id',
  'prompt_cache_key',
  'store',
]);

export function readResponsesRequest(body: Buffer): RequestFacts | RequestProblem {
  const fields = pickFields(body, WANTED);
  if (isProblem(fields)) return fields;
  const { values, layout } = fields;
  const problem =
    checkModel(values) ?? checkBoolean(values, 'stream') ?? checkCount(values, 'max_output_tokens');
  if (problem) return problem;
  const limit = values.max_output_tokens;
  return {
    model: String(values.model),
    stream: values.stream === true,
    layout,
    maxOutputTokens: typeof limit === 'number' ? limit : null,
    includeUsage: true,
    sessionHint: textAt(values, 'prompt_cache_key'),
    chain: { previousId: textAt(values, 'previous_response_id'), stored: values.store !== false },
  };
}
