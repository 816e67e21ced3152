// Anthropic usage: `input_tokens` excludes cache reads and writes; fields arrive in several events, the last one wins.
import { countAt, isRecord, recordAt } from '../json.ts';
import type { ServerTools, Usage } from '../usage.ts';

type Counts = {
  input: number | null;
  output: number | null;
  cacheRead: number | null;
  cacheWrite: number | null;
  cacheWrite5m: number | null;
  cacheWrite1h: number | null;
  reasoning: number | null;
};

function noCounts(): Counts {
  return {
    input: null,
    output: null,
    cacheRead: null,
    cacheWrite: null,
    cacheWrite5m: null,
    cacheWrite1h: null,
    reasoning: null,
  };
}

/** Collects usage objects of one answer. */
export class AnthropicUsage {
  readonly #counts = noCounts();
  #iterations: readonly unknown[] = [];
  #serverTools: ServerTools | undefined;
  #seen = false;

  /** Takes one `usage` object; missing and null fields leave what was known. */
  take(usage: unknown): void {
    if (!isRecord(usage)) return;
    this.#seen = true;
    merge(this.#counts, usage);
    this.#serverTools = serverTools(usage) ?? this.#serverTools;
    const iterations = usage.iterations;
    if (Array.isArray(iterations)) this.#iterations = iterations;
  }

  /** The classes so far, or null when no usage came. */
  result(): Usage | null {
    if (!this.#seen) return null;
    let usage = classes(this.#counts);
    // The top-level counts leave out compaction passes, which are billed as well (docs: context compaction, "usage").
    for (const iteration of this.#iterations) {
      if (!isRecord(iteration) || iteration.type !== 'compaction') continue;
      const counts = noCounts();
      merge(counts, iteration);
      usage = add(usage, classes(counts));
    }
    return this.#serverTools === undefined ? usage : { ...usage, serverTools: this.#serverTools };
  }
}

/** `{"web_search_requests": 2}` as `{"web_search": 2}`; nothing for zeros. */
function serverTools(usage: unknown): ServerTools | undefined {
  const counted = recordAt(usage, 'server_tool_use');
  if (!counted) return undefined;
  const used = Object.keys(counted).flatMap((key): [string, number][] => {
    const count = countAt(counted, key);
    return count ? [[key.replace(/_requests$/, ''), count]] : [];
  });
  return used.length === 0 ? undefined : Object.fromEntries(used);
}

function merge(counts: Counts, usage: unknown): void {
  const split = recordAt(usage, 'cache_creation');
  counts.input = countAt(usage, 'input_tokens') ?? counts.input;
  counts.output = countAt(usage, 'output_tokens') ?? counts.output;
  counts.cacheRead = countAt(usage, 'cache_read_input_tokens') ?? counts.cacheRead;
  counts.cacheWrite = countAt(usage, 'cache_creation_input_tokens') ?? counts.cacheWrite;
  counts.cacheWrite5m = countAt(split, 'ephemeral_5m_input_tokens') ?? counts.cacheWrite5m;
  counts.cacheWrite1h = countAt(split, 'ephemeral_1h_input_tokens') ?? counts.cacheWrite1h;
  counts.reasoning = countAt(recordAt(usage, 'output_tokens_details'), 'thinking_tokens') ?? counts.reasoning;
}

function classes(counts: Counts): Usage {
  const split = (counts.cacheWrite5m ?? 0) + (counts.cacheWrite1h ?? 0);
  const written = counts.cacheWrite ?? split;
  // What the split doesn't explain counts as 5 min, the default life of a cache entry.
  const cacheWrite1h = Math.min(counts.cacheWrite1h ?? 0, written);
  return {
    input: counts.input ?? 0,
    cacheRead: counts.cacheRead ?? 0,
    cacheWrite5m: written - cacheWrite1h,
    cacheWrite1h,
    output: counts.output ?? 0,
    reasoning: Math.min(counts.reasoning ?? 0, counts.output ?? 0),
    estimated: false,
  };
}

function add(a: Usage, b: Usage): Usage {
  return {
    input: a.input + b.input,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
    output: a.output + b.output,
    reasoning: a.reasoning + b.reasoning,
    estimated: false,
  };
}
