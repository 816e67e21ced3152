// OpenAI Responses usage: `input_tokens` includes cached tokens.
import { countAt, isRecord, recordAt } from '../json.ts';
import type { ServerTools, Usage } from '../usage.ts';

/** Collects usage objects of one answer; the last non-null value of each field wins. */
export class ResponsesUsage {
  #input: number | null = null;
  #output: number | null = null;
  #cached: number | null = null;
  #written: number | null = null;
  #reasoning: number | null = null;
  #seen = false;
  #serverTools: ServerTools | undefined;

  /** Takes one `usage` object; missing and null fields leave what was known. */
  take(usage: unknown): void {
    if (!isRecord(usage)) return;
    this.#seen = true;
    const input = recordAt(usage, 'input_tokens_details');
    this.#input = countAt(usage, 'input_tokens') ?? this.#input;
    this.#output = countAt(usage, 'output_tokens') ?? this.#output;
    this.#cached = countAt(input, 'cached_tokens') ?? this.#cached;
    this.#written = countAt(input, 'cache_write_tokens') ?? this.#written;
    this.#reasoning =
      countAt(recordAt(usage, 'output_tokens_details'), 'reasoning_tokens') ?? this.#reasoning;
  }

  /** Takes what is known of the provider's own tools. */
  takeTools(tools: ServerTools | undefined): void {
    this.#serverTools = tools ?? this.#serverTools;
  }

  /** The classes so far, or null when no usage came. */
  result(): Usage | null {
    if (!this.#seen) return null;
    const input = this.#input ?? 0;
    const output = this.#output ?? 0;
    const cacheRead = Math.min(this.#cached ?? 0, input);
    const cacheWrite5m = Math.min(this.#written ?? 0, input - cacheRead);
    const serverTools = this.#serverTools;
    return {
      input: input - cacheRead - cacheWrite5m,
      cacheRead,
      cacheWrite5m,
      cacheWrite1h: 0,
      output,
      reasoning: Math.min(this.#reasoning ?? 0, output),
      estimated: false,
      ...(serverTools && { serverTools }),
    };
  }
}
