// OpenAI Embeddings usage: all tokens are input.
import { countAt, isRecord } from '../json.ts';
import { NO_USAGE, type Usage } from '../usage.ts';

/** The usage of an embeddings answer, or null when it has none. */
export function embeddingsUsage(usage: unknown): Usage | null {
  if (!isRecord(usage)) return null;
  return { ...NO_USAGE, input: countAt(usage, 'prompt_tokens') ?? countAt(usage, 'total_tokens') ?? 0 };
}
