// What the relay reads of a Messages request.
import { isRecord, textAt } from '../json.ts';
import {
  checkBoolean,
  checkCount,
  checkModel,
  isProblem,
  pickFields,
  type RequestFacts,
  type RequestProblem,
} from '../request.ts';

const WANTED: ReadonlySet<string> = new Set(['model', 'stream', 'max_tokens', 'metadata']);

export function readAnthropicRequest(body: Buffer): RequestFacts | RequestProblem {
  const fields = pickFields(body, WANTED);
  if (isProblem(fields)) return fields;
  const { values, layout } = fields;
  const problem = checkModel(values) ?? checkBoolean(values, 'stream') ?? checkCount(values, 'max_tokens');
  if (problem) return problem;
  const metadata = values.metadata;
  const maxTokens = values.max_tokens;
  return {
    model: String(values.model),
    stream: values.stream === true,
    layout,
    maxOutputTokens: typeof maxTokens === 'number' ? maxTokens : null,
    includeUsage: true,
    sessionHint: isRecord(metadata) ? textAt(metadata, 'user_id') : null,
  };
}
