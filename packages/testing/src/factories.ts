// Request bodies of each protocol for tests and bench: small, with tools, with an image, of many megabytes.
import type { ProtocolName } from './plan.ts';

export interface BodyOptions {
  readonly model?: string;
  readonly text?: string;
  readonly stream?: boolean;
  readonly tools?: boolean;
  readonly image?: boolean;
  /** Pads the prompt with this many bytes of ASCII. */
  readonly paddingBytes?: number;
}

export const PATH_OF: Readonly<Record<ProtocolName, string>> = {
  'anthropic-messages': '/v1/messages',
  'openai-chat': '/v1/chat/completions',
  'openai-responses': '/v1/responses',
  'openai-embeddings': '/v1/embeddings',
};

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const SCHEMA = {
  type: 'object',
  properties: { location: { type: 'string' }, unit: { type: 'string', enum: ['celsius', 'fahrenheit'] } },
  required: ['location'],
};
const TOOL = { name: 'get_weather', description: 'Weather at a place' };

function textOf(options: BodyOptions): string {
  const text = options.text ?? 'Say hello in one line.';
  return options.paddingBytes === undefined ? text : `${text} ${'x'.repeat(options.paddingBytes)}`;
}

function messagesBody(options: BodyOptions) {
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } };
  const text = textOf(options);
  return {
    model: options.model ?? 'fake-claude',
    max_tokens: 1024,
    messages: [{ role: 'user', content: options.image === true ? [image, { type: 'text', text }] : text }],
    ...(options.tools === true && { tools: [{ ...TOOL, input_schema: SCHEMA }] }),
    ...(options.stream === true && { stream: true }),
  };
}

function chatBody(options: BodyOptions) {
  const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } };
  const text = textOf(options);
  return {
    model: options.model ?? 'fake-gpt',
    messages: [{ role: 'user', content: options.image === true ? [{ type: 'text', text }, image] : text }],
    ...(options.tools === true && {
      tools: [{ type: 'function', function: { ...TOOL, parameters: SCHEMA } }],
    }),
    ...(options.stream === true && { stream: true, stream_options: { include_usage: true } }),
  };
}

function responsesBody(options: BodyOptions) {
  const image = { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${PIXEL}` };
  const text = textOf(options);
  const content = [{ type: 'input_text', text }, image];
  return {
    model: options.model ?? 'fake-gpt',
    input: options.image === true ? [{ type: 'message', role: 'user', content }] : text,
    ...(options.tools === true && {
      tools: [{ type: 'function', ...TOOL, parameters: SCHEMA, strict: false }],
    }),
    ...(options.stream === true && { stream: true }),
  };
}

/** The JSON text of a request body. */
export function requestBody(protocol: ProtocolName, options: BodyOptions = {}): string {
  switch (protocol) {
    case 'anthropic-messages':
      return JSON.stringify(messagesBody(options));
    case 'openai-chat':
      return JSON.stringify(chatBody(options));
    case 'openai-responses':
      return JSON.stringify(responsesBody(options));
    case 'openai-embeddings':
      return JSON.stringify({ model: options.model ?? 'fake-embed', input: textOf(options) });
  }
}
