// What the relay reads of a Chat Completions request.
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

const WANTED: ReadonlySet<string> = new Set([
  'model',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'n',
  'prompt_cache_key',
]);

export function readChatRequest(body: Buffer): RequestFacts | RequestProblem {
  const fields = pickFields(body, WANTED);
  if (isProblem(fields)) return fields;
  const { values, layout } = fields;
  const options = values.stream_options;
  const problem =
    checkModel(values) ??
    checkBoolean(values, 'stream') ??
    checkCount(values, 'max_tokens') ??
    checkCount(values, 'max_completion_tokens') ??
    checkCount(values, 'n') ??
    checkOptions(options);
  if (problem) return problem;
  return {
    model: String(values.model),
    stream: values.stream === true,
    layout,
    maxOutputTokens: largest(values.max_completion_tokens, values.max_tokens),
    ...(typeof values.n === 'number' && { choices: values.n }),
    includeUsage: isRecord(options) && options.include_usage === true,
    sessionHint: textAt(values, 'prompt_cache_key'),
  };
}

/** Upstreams differ in which of the two they follow. */
function largest(...limits: readonly unknown[]): number | null {
  const named = limits.filter((limit) => typeof limit === 'number');
  return named.length > 0 ? Math.max(...named) : null;
}

function checkOptions(options: unknown): RequestProblem | null {
  if (options === undefined || options === null || isRecord(options)) return null;
  return { problem: "The field 'stream_options' must be an object.", param: 'stream_options' };
}
