// Reads a Chat Completions stream on the side: usage, the end, an error chunk; can take the usage-only chunk out.
import type { MeterOptions, StreamMeter } from '../dialect.ts';
import type { UpstreamError } from '../fault.ts';
import { isRecord, parseJson, recordAt } from '../json.ts';
import { eventData } from '../sse.ts';
import { readErrorValue } from '../upstream-error.ts';
import type { Usage } from '../usage.ts';
import { hasUsageObject } from '../usage-scan.ts';
import { ChatUsage } from './usage.ts';
import { usageChunk } from './usage-chunk.ts';

const DONE = Buffer.from('[DONE]');
const ERROR = Buffer.from('"error"');
/** Some servers end without `[DONE]`: a finish reason then counts as the end. */
const FINISHED = [Buffer.from('"finish_reason":"'), Buffer.from('"finish_reason": "')];
const MARKERS = [Buffer.from('"usage"'), DONE, ERROR, ...FINISHED];

export class ChatMeter implements StreamMeter {
  readonly markers: readonly Buffer[] = MARKERS;
  complete = false;
  ended = false;
  error: UpstreamError | null = null;
  readonly #usage = new ChatUsage();
  withheld: Buffer | null = null;
  readonly #dropUsageChunk: boolean;
  readonly #wantsUsage: boolean;
  #finished: Buffer | null = null;

  constructor(options: MeterOptions) {
    this.#dropUsageChunk = options.dropUsageChunk;
    this.#wantsUsage = options.wantsUsage === true;
  }

  event(event: Buffer): 'keep' | 'drop' {
    if (FINISHED.some((finished) => event.includes(finished))) {
      this.complete = true;
      this.#finished = event;
    }
    if (event.includes(DONE) && eventData(event).trim() === '[DONE]') {
      this.complete = true;
      this.ended = true;
      if (!this.#wantsUsage || this.error !== null || this.#usage.result() !== null) return 'keep';
      this.withheld = event;
      return 'drop';
    }
    // With include_usage OpenAI writes `"usage":null` into every chunk: those are not parsed.
    const counted = hasUsageObject(event);
    if (!counted && !event.includes(ERROR)) return 'keep';
    const data = parseJson(eventData(event));
    if (!isRecord(data)) return 'keep';
    this.#usage.take(recordAt(data, 'usage') ?? recordAt(data, 'x_groq')?.usage);
    if (data.error) this.error = readErrorValue(data);
    const choices = data.choices;
    return counted && this.#dropUsageChunk && Array.isArray(choices) && choices.length === 0
      ? 'drop'
      : 'keep';
  }

  usageEvent(usage: Usage): Buffer {
    return usageChunk(this.#finished, usage);
  }

  usage(): Usage | null {
    return this.#usage.result();
  }
}
