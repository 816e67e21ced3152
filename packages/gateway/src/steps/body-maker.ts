// The request body as each upstream needs it: byte for byte the client's, but for the model's name and the usage option.
import { withIncludeUsage } from '@api-proxy/protocols/openai-chat/include-usage';
import { splice } from '@api-proxy/protocols/splice';
import type { Call } from '../call.ts';
import type { Exchange } from '../exchange.ts';

export class BodyMaker {
  readonly #call: Call;
  readonly #options: string | null;
  #made: { upstreamModel: string; body: Buffer } | null = null;

  constructor(exchange: Exchange, call: Call) {
    const wantsUsage =
      exchange.endpoint.dialect.protocol === 'openai-chat' && call.stream && !call.includeUsage;
    this.#call = call;
    this.#options = wantsUsage ? withIncludeUsage(call.body, call.layout) : null;
  }

  bodyFor(upstreamModel: string): Buffer {
    if (this.#made?.upstreamModel === upstreamModel) return this.#made.body;
    const edits: Record<string, string> = {};
    if (upstreamModel !== this.#call.model) edits.model = JSON.stringify(upstreamModel);
    if (this.#options !== null) edits.stream_options = this.#options;
    const body = splice(this.#call.body, edits, this.#call.layout);
    this.#made = { upstreamModel, body };
    return body;
  }
}
