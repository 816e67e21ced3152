// Usage in Anthropic's shape: input, cache reads and cache writes are disjoint.
import type { FakeUsage } from '../plan.ts';
import type { Turn } from '../wire.ts';

function inputSide(usage: FakeUsage, split: boolean): Record<string, unknown> {
  return {
    input_tokens: usage.input,
    cache_creation_input_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
    cache_read_input_tokens: usage.cacheRead,
    ...(split && {
      cache_creation: {
        ephemeral_5m_input_tokens: usage.cacheWrite5m,
        ephemeral_1h_input_tokens: usage.cacheWrite1h,
      },
    }),
  };
}

/** Usage of a whole answer, or of `message_start`, where output is only a placeholder. */
export function fullUsage(turn: Turn, output: number): Record<string, unknown> {
  return {
    ...inputSide(turn.plan.usage, turn.behaviour.cacheSplit),
    output_tokens: output,
    service_tier: 'standard',
    inference_geo: 'not_available',
  };
}

/** Usage of `message_delta`: totals, without the split of cache writes. */
export function finalUsage(turn: Turn): Record<string, unknown> {
  const { usage } = turn.plan;
  return {
    ...inputSide(usage, false),
    output_tokens: usage.output,
    ...(usage.reasoning > 0 && { output_tokens_details: { thinking_tokens: usage.reasoning } }),
  };
}
