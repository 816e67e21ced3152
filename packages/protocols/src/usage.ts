// Counted tokens in disjoint classes, whatever dialect they were reported in.

/** Calls of the provider's own tools by name (`web_search`); information, not priced. */
export type ServerTools = Readonly<Record<string, number>>;

/**
 * Token counts of one request. `input`, `cacheRead`, `cacheWrite5m`, `cacheWrite1h` and `output` are disjoint and
 * add up to the provider's total; `reasoning` is information and already part of `output`.
 */
export type Usage = {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly output: number;
  readonly reasoning: number;
  /** True when the provider reported nothing and the counts were derived from what was sent and delivered. */
  readonly estimated: boolean;
  /** Absent where no such tool ran. */
  readonly serverTools?: ServerTools;
};

export const NO_USAGE: Usage = {
  input: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: 0,
  estimated: false,
};

/** The sum of the disjoint classes. */
export function totalTokens(usage: Usage): number {
  return usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h + usage.output;
}
