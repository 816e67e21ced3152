// OpenAI Chat usage: `prompt_tokens` includes cached tokens; compatible servers leave out or rename parts.
import { countAt, isRecord, recordAt } from '../json.ts';
import type { Usage } from '../usage.ts';

/** Collects usage objects of one answer; the last non-null value of each field wins. */
export class ChatUsage {
  #prompt: number | null = null;
  #completion: number | null = null;
  #total: number | null = null;
  #cached: number | null = null;
  #written: number | null = null;
  #reasoning: number | null = null;
  #audioIn: number | null = null;
  #seen = false;

  /** Takes one `usage` object; missing and null fields leave what was known. */
  take(usage: unknown): void {
    if (!isRecord(usage)) return;
    this.#seen = true;
    const input = recordAt(usage, 'prompt_tokens_details');
    const output = recordAt(usage, 'completion_tokens_details');
    this.#prompt = countAt(usage, 'prompt_tokens') ?? this.#prompt;
    this.#completion = countAt(usage, 'completion_tokens') ?? this.#completion;
    this.#total = countAt(usage, 'total_tokens') ?? this.#total;
    // Besides OpenAI's place: DeepSeek (`prompt_cache_hit_tokens`) and Moonshot (`cached_tokens`).
    this.#cached =
      countAt(input, 'cached_tokens') ??
      countAt(usage, 'prompt_cache_hit_tokens') ??
      countAt(usage, 'cached_tokens') ??
      this.#cached;
    this.#written = countAt(input, 'cache_write_tokens') ?? this.#written;
    this.#reasoning = countAt(output, 'reasoning_tokens') ?? this.#reasoning;
    this.#audioIn = countAt(input, 'audio_tokens') ?? this.#audioIn;
  }

  /** The classes so far, or null when no usage came. */
  result(): Usage | null {
    if (!this.#seen) return null;
    let prompt = this.#prompt ?? 0;
    let output = this.#completion ?? 0;
    const reasoning = this.#reasoning ?? 0;
    const unexplained = (this.#total ?? 0) - prompt - output;
    // xAI counts reasoning beside completion_tokens, Mistral audio input beside prompt_tokens; only the total shows it.
    if (unexplained > 0 && unexplained === reasoning) output += reasoning;
    else if (unexplained > 0 && unexplained === this.#audioIn) prompt += unexplained;
    const cacheRead = Math.min(this.#cached ?? 0, prompt);
    const cacheWrite5m = Math.min(this.#written ?? 0, prompt - cacheRead);
    return {
      input: prompt - cacheRead - cacheWrite5m,
      cacheRead,
      cacheWrite5m,
      cacheWrite1h: 0,
      output,
      reasoning: Math.min(reasoning, output),
      estimated: false,
    };
  }
}
