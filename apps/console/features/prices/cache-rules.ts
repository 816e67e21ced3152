// The usual rules that derive the prices of cache classes from the price of fresh input.
import { scaleMoney } from '@/lib/money';

/**
 * Factors on the input price in thousandths. Anthropic: reads a tenth, writes 1.25 and 2 times
 * (https://docs.claude.com/en/docs/build-with-claude/prompt-caching#pricing). OpenAI: reads a tenth on current models,
 * writes are ordinary input (https://platform.openai.com/docs/pricing).
 */
export const CACHE_RULES = {
  anthropic: { cacheRead: 100, cacheWrite5m: 1_250, cacheWrite1h: 2_000 },
  openai: { cacheRead: 100, cacheWrite5m: 1_000, cacheWrite1h: 1_000 },
  none: { cacheRead: 1_000, cacheWrite5m: 1_000, cacheWrite1h: 1_000 },
} as const;
export type CacheRule = keyof typeof CACHE_RULES;
export const CACHE_RULE_NAMES = ['anthropic', 'openai', 'none'] as const satisfies readonly CacheRule[];
export const CACHE_CLASSES = ['cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const;

/** The three cache prices by a rule; empty texts while `input` is no amount. */
export function cachePrices(input: string, rule: CacheRule) {
  const factors = CACHE_RULES[rule];
  return {
    cacheRead: scaleMoney(input, factors.cacheRead),
    cacheWrite5m: scaleMoney(input, factors.cacheWrite5m),
    cacheWrite1h: scaleMoney(input, factors.cacheWrite1h),
  };
}
