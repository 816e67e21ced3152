// Reads a Responses event stream on the side: usage, the terminal event, an error event.
import type { StreamMeter } from '../dialect.ts';
import type { UpstreamError } from '../fault.ts';
import { isRecord, parseJson, recordAt } from '../json.ts';
import { eventData } from '../sse.ts';
import { readErrorValue } from '../upstream-error.ts';
import type { Usage } from '../usage.ts';
import { serverToolsOf } from './server-tools.ts';
import { ResponsesUsage } from './usage.ts';

/** Every event that carries the whole response has the key `response`; deltas have not. */
const MARKERS = [Buffer.from('"response"'), Buffer.from('"error"')];
const READ = ['response.completed', 'response.incomplete', 'response.failed', '"error"'].map((text) =>
  Buffer.from(text),
);

export class ResponsesMeter implements StreamMeter {
  readonly markers: readonly Buffer[] = MARKERS;
  complete = false;
  error: UpstreamError | null = null;
  readonly #usage = new ResponsesUsage();

  event(event: Buffer): 'keep' {
    if (!READ.some((marker) => event.includes(marker))) return 'keep';
    const data = parseJson(eventData(event));
    if (!isRecord(data)) return 'keep';
    const response = recordAt(data, 'response');
    this.#usage.take(response?.usage ?? data.usage);
    this.#usage.takeTools(serverToolsOf(response?.output));
    switch (data.type) {
      case 'response.completed':
      case 'response.incomplete':
        this.complete = true;
        break;
      case 'response.failed':
        this.complete = true;
        this.error = readErrorValue(response) ?? this.error;
        break;
      case 'error':
        this.error = readErrorValue(data);
        break;
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
