// Promise: usage of every recorded answer adds up to the provider's own total, however its bytes were cut.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRecord, parseJson } from './json.ts';
import type { Protocol } from './protocol.ts';
import { type Recording, recordings } from './recordings.ts';
import { DIALECTS } from './registry.ts';
import { eventData, SseScanner } from './sse.ts';
import { NO_USAGE, totalTokens, type Usage } from './usage.ts';

const STREAMING = ['anthropic-messages', 'openai-chat', 'openai-responses'] as const satisfies Protocol[];
const ALL = [...STREAMING, 'openai-embeddings'] as const;

/** The provider's total by the plainest reading: every `usage` object in order, later fields over earlier ones. */
function providersTotal(objects: readonly unknown[]): number | null {
  const seen: Record<string, unknown> = {};
  let compacted = 0;
  let any = false;
  for (const object of objects) {
    for (const usage of usagesIn(object)) {
      any = true;
      for (const [key, value] of Object.entries(usage)) if (value !== null) seen[key] = value;
    }
  }
  if (!any) return null;
  if (Array.isArray(seen.iterations)) {
    for (const pass of seen.iterations) if (pass.type === 'compaction') compacted += inAndOut(pass);
  }
  return typeof seen.total_tokens === 'number' ? seen.total_tokens : inAndOut(seen) + compacted;
}

function inAndOut(usage: Record<string, unknown>): number {
  const names = [
    'input_tokens',
    'cache_read_input_tokens',
    'cache_creation_input_tokens',
    'output_tokens',
    'prompt_tokens',
  ];
  return (
    names.reduce((sum, name) => sum + Number(usage[name] ?? 0), 0) + Number(usage.completion_tokens ?? 0)
  );
}

function usagesIn(object: unknown): Record<string, unknown>[] {
  if (!isRecord(object)) return [];
  const places = [object, object.message, object.response, object.x_groq];
  return places.flatMap((place) => (isRecord(place) && isRecord(place.usage) ? [{ ...place.usage }] : []));
}

function eventsOf(bytes: Buffer): unknown[] {
  return bytes
    .toString()
    .split(/\r?\n\r?\n/)
    .map((event) => parseJson(eventData(Buffer.from(event))));
}

/** Reads a stream cut at the given offsets. */
function readStream(
  recording: Recording,
  cuts: readonly number[],
): { usage: Usage | null; complete: boolean; passed: Buffer } {
  const meter = DIALECTS[recording.protocol].createMeter({ dropUsageChunk: false });
  const scanner = new SseScanner(meter);
  const passed: Buffer[] = [];
  let from = 0;
  for (const cut of [...cuts, recording.bytes.length]) {
    if (cut > from) passed.push(scanner.push(recording.bytes.subarray(from, cut)));
    from = Math.max(from, cut);
  }
  passed.push(scanner.finish());
  return { usage: meter.usage(), complete: meter.complete, passed: Buffer.concat(passed) };
}

describe.each(ALL)('%s bodies', (protocol) => {
  it.each(recordings(protocol, 'json').map((recording) => [recording.name, recording] as const))(
    '%s',
    (_name, recording) => {
      const expected = providersTotal([parseJson(recording.bytes.toString())]);
      const usage = DIALECTS[protocol].usageOfBody(recording.bytes);
      expect(usage === null ? null : totalTokens(usage)).toBe(expected);
      expectSane(usage);
    },
  );
});

describe.each(STREAMING)('%s streams', (protocol) => {
  it.each(recordings(protocol, 'sse').map((recording) => [recording.name, recording] as const))(
    '%s',
    (_name, recording) => {
      const expected = providersTotal(eventsOf(recording.bytes));
      const whole = readStream(recording, []);
      expect(whole.usage === null ? null : totalTokens(whole.usage)).toBe(expected);
      expectSane(whole.usage);
      expect(whole.passed.equals(recording.bytes)).toBe(true);
    },
  );

  it('gives the same usage, end and bytes for any chunking, with LF or CRLF', () => {
    const streams = recordings(protocol, 'sse').filter((recording) => recording.bytes.length < 20_000);
    const crlf = streams.map((one) => ({
      ...one,
      bytes: Buffer.from(one.bytes.toString().replaceAll('\n', '\r\n')),
    }));
    const cuts = fc.array(fc.nat(20_000), { maxLength: 60 });
    fc.assert(
      fc.property(fc.constantFrom(...streams, ...crlf), cuts, (stream, offsets) => {
        const sorted = offsets.map((offset) => offset % stream.bytes.length).sort((a, b) => a - b);
        const whole = readStream(stream, []);
        const cut = readStream(stream, sorted);
        expect(cut.usage).toEqual(whole.usage);
        expect(cut.complete).toBe(whole.complete);
        expect(cut.passed.equals(stream.bytes)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same usage byte by byte', () => {
    const [smallest] = recordings(protocol, 'sse').sort((a, b) => a.bytes.length - b.bytes.length);
    if (!smallest) throw new Error('no recording');
    const every = Array.from({ length: smallest.bytes.length }, (_, index) => index);
    expect(readStream(smallest, every)).toEqual(readStream(smallest, []));
  });
});

function expectSane(usage: Usage | null): void {
  if (!usage) return;
  for (const key of ['input', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'output', 'reasoning'] as const) {
    expect(usage[key]).toBeGreaterThanOrEqual(0);
  }
  expect(usage.reasoning).toBeLessThanOrEqual(usage.output);
}

describe('classes worked out by hand', () => {
  const anthropic = (usage: object) =>
    DIALECTS['anthropic-messages'].usageOfBody(Buffer.from(JSON.stringify({ usage })));
  const chat = (usage: object) => DIALECTS['openai-chat'].usageOfBody(Buffer.from(JSON.stringify({ usage })));

  it('an unsplit cache write counts as 5 min; a split one keeps its hour', () => {
    const base = {
      input_tokens: 10,
      output_tokens: 5,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 50,
    };
    expect(anthropic(base)).toEqual({ ...NO_USAGE, input: 10, cacheRead: 100, cacheWrite5m: 50, output: 5 });
    const split = { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 30 };
    const both = { ...NO_USAGE, input: 10, cacheRead: 100, cacheWrite5m: 20, cacheWrite1h: 30, output: 5 };
    expect(anthropic({ ...base, cache_creation: split })).toEqual(both);
  });

  it('cached tokens are taken out of the OpenAI input', () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 7,
      total_tokens: 107,
      prompt_tokens_details: { cached_tokens: 64 },
    };
    expect(chat(usage)).toEqual({ ...NO_USAGE, input: 36, cacheRead: 64, output: 7 });
  });

  it('the last non-null value of each field wins', () => {
    const meter = DIALECTS['anthropic-messages'].createMeter({ dropUsageChunk: false });
    const scanner = new SseScanner(meter);
    const start = {
      type: 'message_start',
      message: { usage: { input_tokens: 9, output_tokens: 1, cache_read_input_tokens: 4 } },
    };
    const delta = { type: 'message_delta', delta: {}, usage: { output_tokens: 30, input_tokens: null } };
    scanner.push(Buffer.from(`event: message_start\ndata: ${JSON.stringify(start)}\n\n`));
    scanner.push(Buffer.from(`event: message_delta\ndata: ${JSON.stringify(delta)}\n\n`));
    expect(meter.usage()).toEqual({ ...NO_USAGE, input: 9, cacheRead: 4, output: 30 });
    expect(meter.complete).toBe(false);
  });

  it('finds usage at the end of a body of which only the end was kept', () => {
    const body = JSON.stringify({
      choices: [{ message: { content: '"usage"' } }],
      usage: { prompt_tokens: 3, completion_tokens: 4 },
    });
    expect(DIALECTS['openai-chat'].usageOfBody(Buffer.from(body.slice(30)))).toEqual({
      ...NO_USAGE,
      input: 3,
      output: 4,
    });
  });
});

describe("calls of the provider's own tools", () => {
  const GOLDEN: readonly [Protocol, 'json' | 'sse', string, Usage['serverTools']][] = [
    ['anthropic-messages', 'sse', 'llm-test-web-search-0.sse', { web_search: 1 }],
    [
      'anthropic-messages',
      'sse',
      'pydantic-test-anthropic-model-web-search-tool-stream-0.sse',
      { web_search: 2 },
    ],
    ['anthropic-messages', 'sse', 'pydantic-test-anthropic-web-fetch-tool-stream-0.sse', { web_fetch: 1 }],
    ['openai-responses', 'sse', 'vercel-openai-web-search-tool-1.chunks.txt', { web_search: 6 }],
    ['openai-responses', 'sse', 'vercel-openai-file-search-tool-1-azure.chunks.txt', { file_search: 1 }],
    [
      'openai-responses',
      'json',
      'x-ai-rubyllm-chat-web-search-with-xai-grok-4-3-searches-cites-and-counts-0.json',
      { web_search: 2 },
    ],
    // What the client runs itself is none.
    ['openai-responses', 'sse', 'vercel-openai-local-shell-tool-1.chunks.txt', undefined],
    ['openai-responses', 'json', 'dd-test-single-agent-with-tool-calls-0.json', undefined],
    // Offered and not used.
    ['anthropic-messages', 'json', 'dd-anthropic-completion-tools-server-tool-use-0.json', undefined],
  ];
  it.each(GOLDEN)('%s %s %s', (protocol, kind, name, expected) => {
    const recording = recordings(protocol, kind).find((one) => one.name === name);
    if (!recording) throw new Error(`no recording ${name}`);
    const usage =
      kind === 'sse' ? readStream(recording, []).usage : DIALECTS[protocol].usageOfBody(recording.bytes);
    expect(usage?.serverTools).toEqual(expected);
  });
});
