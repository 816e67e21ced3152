// Reads an Anthropic event stream on the side: usage, the terminal event, an error event.
import type { StreamMeter } from '../dialect.ts';
import type { UpstreamError } from '../fault.ts';
import { isRecord, parseJson, recordAt } from '../json.ts';
import { eventData } from '../sse.ts';
import { readErrorValue } from '../upstream-error.ts';
import type { Usage } from '../usage.ts';
import { AnthropicUsage } from './usage.ts';

const MARKERS = [Buffer.from('"usage"'), Buffer.from('message_stop'), Buffer.from('"error"')];

export class AnthropicMeter implements StreamMeter {
  readonly markers: readonly Buffer[] = MARKERS;
  complete = false;
  error: UpstreamError | null = null;
  readonly #usage = new AnthropicUsage();

  event(event: Buffer): 'keep' {
    const data = parseJson(eventData(event));
    if (!isRecord(data)) return 'keep';
    switch (data.type) {
      case 'message_start':
        this.#usage.take(recordAt(data, 'message')?.usage);
        break;
      case 'message_stop':
        this.complete = true;
        break;
      case 'error':
        this.error = readErrorValue(data);
        this.#usage.take(data.usage);
        break;
      default:
        this.#usage.take(data.usage);
    }
    return 'keep';
  }

  get ended(): boolean {
    return this.complete;
  }

  usage(): Usage | null {
    return this.#usage.result();
  }
}
