// Usage in the shape of Responses: input tokens include cached ones.
import type { JsonRecord } from '../json-value.ts';
import type { FakeUsage } from '../plan.ts';

export function usageOf(usage: FakeUsage): JsonRecord {
  const written = usage.cacheWrite5m + usage.cacheWrite1h;
  const input = usage.input + usage.cacheRead + written;
  return {
    input_tokens: input,
    input_tokens_details: { cache_write_tokens: written, cached_tokens: usage.cacheRead },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: input + usage.output,
  };
}
