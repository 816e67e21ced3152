// Reads an Embeddings request: one or many inputs, as text or as tokens.
import { type JsonRecord, textAt } from '../json-value.ts';
import type { FakeRequest } from '../plan.ts';
import { BYTES_PER_TOKEN, contentBytes } from '../tokens.ts';
import type { Parsed } from '../wire.ts';

/** The inputs of a request: texts, or lists of token numbers. */
export function inputsOf(body: JsonRecord): readonly unknown[] {
  const { input } = body;
  if (!Array.isArray(input)) return [input];
  return typeof input[0] === 'number' ? [input] : input;
}

function bytesOf(input: unknown): number {
  return Array.isArray(input) ? input.length * BYTES_PER_TOKEN : contentBytes(input);
}

export function parse(body: JsonRecord): Parsed {
  if (textAt(body, 'model') === null)
    return { ok: false, fault: { kind: 'invalid', message: 'you must provide a model parameter' } };
  if (body.input === undefined) return { ok: false, fault: { kind: 'missing-field', param: 'input' } };
  const inputs = inputsOf(body);
  if (inputs.length === 0 || inputs.some((item) => item === ''))
    return { ok: false, fault: { kind: 'invalid', param: 'input', message: "'$.input' is invalid." } };
  const request: FakeRequest = {
    protocol: 'openai-embeddings',
    model: textAt(body, 'model') ?? '',
    stream: false,
    includeUsage: true,
    lastText: '',
    promptBytes: inputs.reduce<number>((sum, item) => sum + bytesOf(item), 0),
    cache5mBytes: 0,
    cache1hBytes: 0,
    tools: [],
    afterToolResult: false,
    maxTokens: null,
    stopSequences: [],
    thinking: 'none',
    schema: null,
    body,
  };
  return { ok: true, request };
}
