// Usage in the shape of Embeddings: input only.
import type { JsonRecord } from '../json-value.ts';
import type { FakeUsage } from '../plan.ts';

export function usageOf(usage: FakeUsage): JsonRecord {
  return { prompt_tokens: usage.input, total_tokens: usage.input };
}
