// Promise: where usage has to be estimated, the text that was delivered counts, however it was cut into events.
import { describe, expect, it } from 'vitest';
import { OutputCount } from './output-count.ts';
import type { Protocol } from './protocol.ts';
import { recordings } from './recordings.ts';
import { DIALECTS } from './registry.ts';
import { nextEventEnd } from './sse.ts';

/**
 * Recorded streams whose whole output can be seen, with the provider's own count: no hidden reasoning, no tool of the
 * provider, of which neither text nor tokens are in the stream.
 */
const SEEN: readonly [Protocol, string, number][] = [
  ['anthropic-messages', 'dd-anthropic-completion-stream-cache-write-0.sse', 100],
  ['anthropic-messages', 'llm-test-fixed-version-tool-chain-regression-1.sse', 41],
  ['anthropic-messages', 'pydantic-test-anthropic-compaction-usage-with-cache-streaming-0.sse', 91],
  ['anthropic-messages', 'pydantic-test-anthropic-mcp-servers-stream-0.sse', 354],
  ['anthropic-messages', 'pydantic-test-anthropic-model-web-search-tool-stream-0.sse', 637],
  ['anthropic-messages', 'vercel-anthropic-advisor-20250301-1.chunks.txt', 3391],
  ['anthropic-messages', 'vercel-anthropic-clear-tool-uses-1.chunks.txt', 122],
  ['anthropic-messages', 'vercel-anthropic-code-execution-20250825-1.chunks.txt', 771],
  ['anthropic-messages', 'vercel-anthropic-compaction-1.chunks.txt', 3341],
  ['anthropic-messages', 'vercel-anthropic-json-output-format-1.chunks.txt', 305],
  ['anthropic-messages', 'vercel-anthropic-web-search-tool-1.chunks.txt', 795],
  ['openai-chat', '-rubyllm-chat-streaming-responses-gpustack-qwen3-supports-streaming-r-0.sse', 171],
  ['openai-chat', '-rubyllm-chat-streaming-responses-ollama-qwen3-supports-streaming-res-0.sse', 289],
  ['openai-chat', 'dd-chat-completion-stream-prompt-caching-cache-read-0.sse', 100],
  ['openai-chat', 'deepseek-com-pydantic-test-deepseek-model-thinking-stream-0.sse', 212],
  ['openai-chat', 'openrouter-ai-pydantic-test-openrouter-stream-with-reasoning-0.sse', 104],
  ['openai-chat', 'vercel-openai-text.chunks.txt', 300],
  ['openai-chat', 'vercel-xai-tool-call.chunks.txt', 253],
  ['openai-chat', 'z-ai-pydantic-test-zai-thinking-stream-0.sse', 564],
  ['openai-responses', 'vercel-azure-web-search-preview-tool-1.chunks.txt', 369],
  ['openai-responses', 'vercel-lmstudio-basic-1.chunks.txt', 282],
  ['openai-responses', 'vercel-lmstudio-tool-call-1.chunks.txt', 61],
  ['openai-responses', 'vercel-openai-mcp-tool-approval-4.chunks.txt', 69],
  ['openai-responses', 'vercel-openai-shell-tool-1.chunks.txt', 166],
];

/** Counts a stream event by event, as most of them come. */
function counted(protocol: Protocol, stream: Buffer): number {
  const output = new OutputCount();
  for (let from = 0; from < stream.length; ) {
    const end = nextEventEnd(stream, from);
    output.takeEvents(stream.subarray(from, end));
    from = end;
  }
  return output.tokens(DIALECTS[protocol].bytesPerToken);
}

function body(protocol: Protocol, answer: object): number {
  const output = new OutputCount();
  output.takeBody(Buffer.from(JSON.stringify(answer)));
  return output.tokens(DIALECTS[protocol].bytesPerToken);
}

it.each(SEEN)("%s, %s: within a quarter of the provider's count", (protocol, name, provider) => {
  const stream = recordings(protocol, 'sse').find((recording) => recording.name === name);
  if (!stream) throw new Error(`no recording ${name}`);
  const estimate = counted(protocol, stream.bytes);
  expect(estimate).toBeGreaterThanOrEqual(provider * 0.75);
  expect(estimate).toBeLessThanOrEqual(provider * 1.25);
});

it('the recorded streams count the same in one piece as event by event', () => {
  for (const protocol of ['anthropic-messages', 'openai-chat', 'openai-responses'] as const) {
    for (const { name, bytes } of recordings(protocol, 'sse')) {
      const whole = new OutputCount();
      whole.takeEvents(bytes);
      expect([name, whole.tokens(DIALECTS[protocol].bytesPerToken)]).toEqual([
        name,
        counted(protocol, bytes),
      ]);
    }
  }
});

describe('ten deltas of 2,160 characters count as 21,600 characters', () => {
  const text = 'word '.repeat(432);
  const streams: readonly [Protocol, object, number][] = [
    ['openai-chat', { choices: [{ index: 0, delta: { content: text } }], usage: null }, 4_320],
    ['openai-chat', { choices: [{ delta: { tool_calls: [{ function: { arguments: text } }] } }] }, 4_320],
    ['openai-chat', { choices: [{ delta: { role: 'assistant', reasoning_content: text } }] }, 4_320],
    [
      'openai-responses',
      { type: 'response.output_text.delta', delta: text, obfuscation: 'x'.repeat(900) },
      4_320,
    ],
    ['openai-responses', { type: 'response.function_call_arguments.delta', delta: text }, 4_320],
    ['anthropic-messages', { type: 'content_block_delta', delta: { type: 'text_delta', text } }, 5_760],
    [
      'anthropic-messages',
      { type: 'content_block_delta', delta: { type: 'thinking_delta', thinking: text } },
      5_760,
    ],
    [
      'anthropic-messages',
      { type: 'content_block_delta', delta: { type: 'input_json_delta', partial_json: text } },
      5_760,
    ],
  ];
  it.each(streams)('%s %j', (protocol, event, tokens) => {
    const tight = `data: ${JSON.stringify(event)}\n\n`.repeat(10);
    const spaced = `data: ${JSON.stringify(event, null, 1).replaceAll(/\n */g, ' ')}\n\n`.repeat(10);
    expect(counted(protocol, Buffer.from(tight))).toBe(tokens);
    expect(counted(protocol, Buffer.from(spaced))).toBe(tokens);
  });
});

it('small deltas are a token each, whatever their frame', () => {
  const event = `data: ${JSON.stringify({ id: 'x'.repeat(300), choices: [{ delta: { content: 'a' } }] })}\n\n`;
  expect(counted('openai-chat', Buffer.from(event.repeat(40)))).toBe(40);
});

it('an escape counts as the character it stands for', () => {
  const event = (text: string) => Buffer.from(`data: {"choices":[{"delta":{"content":"${text}"}}]}\n\n`);
  expect(counted('openai-chat', event('\\u4e2d'.repeat(100)))).toBe(60);
  expect(counted('openai-chat', event('中'.repeat(100)))).toBe(60);
  expect(counted('openai-chat', event('\\n\\"'.repeat(50)))).toBe(20);
});

it('what only looks like a delta, signatures, and finds of tools are no output', () => {
  const quoted = JSON.stringify({ type: 'response.created', response: { instructions: '{"delta":"aaaa"}' } });
  const signature = JSON.stringify({ delta: { type: 'signature_delta', signature: 'x'.repeat(400) } });
  const found = JSON.stringify({
    choices: [{ delta: { annotations: [{ content: 'y'.repeat(400) }], content: 'four' } }],
  });
  expect(counted('openai-responses', Buffer.from(`data: ${quoted}\n\n`))).toBe(0);
  expect(counted('anthropic-messages', Buffer.from(`data: ${signature}\n\n`))).toBe(0);
  expect(counted('openai-chat', Buffer.from(`data: ${found}\n\n`))).toBe(1);
});

it('of a JSON answer the texts and the arguments of calls count', () => {
  const text = 'x'.repeat(300);
  const input = { city: 'y'.repeat(64) };
  expect(
    body('openai-chat', { id: text, choices: [{ message: { role: 'assistant', content: text } }] }),
  ).toBe(60);
  expect(body('openai-responses', { instructions: text, output: [{ content: [{ text }] }] })).toBe(60);
  expect(
    body('anthropic-messages', {
      id: text,
      content: [
        { type: 'text', text },
        { type: 'tool_use', input },
      ],
    }),
  ).toBe(100);
});
