// Decides what an answer says, before any wire format: thinking, text, tool calls, stop reason and usage.
import type { IncomingHttpHeaders } from 'node:http';
import type { Behaviour } from './behaviour.ts';
import type { JsonRecord } from './json-value.ts';
import { sampleOf } from './sample.ts';
import { BYTES_PER_TOKEN, cutToBytes, tokensOf } from './tokens.ts';
import { answerText, eventPieces, exactText, pieceSlices, thinkingText, wordPieces } from './words.ts';

export type ProtocolName = 'anthropic-messages' | 'openai-chat' | 'openai-responses' | 'openai-embeddings';

export interface ToolOffer {
  readonly name: string;
  readonly schema: unknown;
}

/** A request of any protocol, reduced to what decides the answer. */
export interface FakeRequest {
  readonly protocol: ProtocolName;
  readonly model: string;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly lastText: string;
  /** Content bytes of the prompt outside, and inside, marked cache prefixes. */
  readonly promptBytes: number;
  readonly cache5mBytes: number;
  readonly cache1hBytes: number;
  /** Tools that may be called now: empty after a tool result or with tool choice `none`. */
  readonly tools: readonly ToolOffer[];
  readonly afterToolResult: boolean;
  readonly maxTokens: number | null;
  readonly stopSequences: readonly string[];
  readonly thinking: 'none' | 'hidden' | 'shown';
  readonly schema: unknown;
  readonly body: JsonRecord;
}

/** What the echo answer tells about the request as it arrived. */
export interface RequestFacts {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly bodySha256: string;
  readonly bodyBytes: number;
}

/** Token classes, disjoint; `reasoning` is part of `output`. */
export interface FakeUsage {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly output: number;
  readonly reasoning: number;
}

export interface PlannedCall {
  readonly name: string;
  readonly json: string;
  readonly pieces: readonly string[];
}

export type Stop = 'end' | 'length' | 'tools' | 'stop-sequence' | 'refusal';

export interface Plan {
  readonly thinking: readonly string[];
  readonly text: readonly string[];
  readonly calls: readonly PlannedCall[];
  readonly stop: Stop;
  readonly stopSequence: string | null;
  readonly usage: FakeUsage;
}

function plannedCall(tool: ToolOffer): PlannedCall {
  const json = JSON.stringify(sampleOf(tool.schema));
  return { name: tool.name, json, pieces: pieceSlices(json, 12) };
}

const INVENTED: ToolOffer = {
  name: 'get_weather',
  schema: { type: 'object', properties: { location: { type: 'string' } } },
};

function plannedCalls(request: FakeRequest, behaviour: Behaviour): readonly PlannedCall[] {
  if (request.afterToolResult || behaviour.emptyAnswer) return [];
  const offers = request.tools.length > 0 ? request.tools : [INVENTED];
  const wanted = behaviour.tools ?? (request.tools.length > 0 ? 1 : 0);
  return Array.from({ length: wanted }, (_, index) => plannedCall(offers[index % offers.length] ?? INVENTED));
}

interface Text {
  readonly pieces: readonly string[];
  readonly stop: Stop;
  readonly stopSequence: string | null;
}

function rawText(request: FakeRequest, behaviour: Behaviour, facts: RequestFacts): string {
  if (behaviour.emptyAnswer) return '';
  if (behaviour.refusal) return 'I can’t help with that.';
  if (behaviour.tokens !== null) return exactText(behaviour.tokens * BYTES_PER_TOKEN);
  if (behaviour.echo) return JSON.stringify({ ...facts, model: request.model });
  if (request.schema !== null) return JSON.stringify(sampleOf(request.schema));
  return answerText(request.lastText);
}

function plannedText(
  request: FakeRequest,
  behaviour: Behaviour,
  from: { facts: RequestFacts; room: number },
): Text {
  if (behaviour.events !== null || behaviour.size !== null) {
    const pieces = eventPieces(behaviour.events ?? 20, behaviour.size ?? 8);
    return { pieces, stop: 'end', stopSequence: null };
  }
  let text = rawText(request, behaviour, from.facts);
  let stop: Stop = behaviour.refusal ? 'refusal' : 'end';
  let stopSequence: string | null = null;
  for (const sequence of request.stopSequences) {
    const at = sequence === '' ? -1 : text.indexOf(sequence);
    if (at < 0) continue;
    text = text.slice(0, at);
    stop = 'stop-sequence';
    stopSequence = sequence;
  }
  const fitting = behaviour.tokens === null ? cutToBytes(text, from.room) : text;
  if (fitting.length < text.length)
    return { pieces: wordPieces(fitting), stop: 'length', stopSequence: null };
  return { pieces: wordPieces(text), stop, stopSequence };
}

function bytesOf(pieces: readonly string[]): number {
  let sum = 0;
  for (const piece of pieces) sum += Buffer.byteLength(piece);
  return sum;
}

function usageOf(
  request: FakeRequest,
  behaviour: Behaviour,
  bytes: { output: number; hidden: number },
): FakeUsage {
  return {
    input: Math.max(1, tokensOf(request.promptBytes)),
    cacheRead: behaviour.cacheRead,
    cacheWrite5m: behaviour.cacheWrite5m + tokensOf(request.cache5mBytes),
    cacheWrite1h: behaviour.cacheWrite1h + tokensOf(request.cache1hBytes),
    output: tokensOf(bytes.output + bytes.hidden),
    reasoning: tokensOf(bytes.hidden),
  };
}

/**
 * The whole answer to a request. Output tokens = ceil(bytes of thinking, text, tool names and arguments / 4);
 * `max_tokens` cuts thinking and text, and drops tool calls that do not fit, unless the size was scripted.
 */
export function planAnswer(request: FakeRequest, behaviour: Behaviour, facts: RequestFacts): Plan {
  if (request.protocol === 'openai-embeddings') {
    const usage = usageOf(request, behaviour, { output: 0, hidden: 0 });
    return { thinking: [], text: [], calls: [], stop: 'end', stopSequence: null, usage };
  }
  const limit = (request.maxTokens ?? Number.POSITIVE_INFINITY) * BYTES_PER_TOKEN;
  const thinks = behaviour.thinking || request.thinking !== 'none';
  const thought =
    thinks && behaviour.reasoning === null ? cutToBytes(thinkingText(request.lastText), limit) : '';
  const shown = behaviour.thinking || request.thinking === 'shown';
  const hidden =
    behaviour.reasoning === null ? Buffer.byteLength(thought) : behaviour.reasoning * BYTES_PER_TOKEN;
  const thinking = shown && thought !== '' ? wordPieces(thought) : [];
  const room = Math.max(0, limit - hidden);
  const calls = plannedCalls(request, behaviour);
  const callBytes = calls.reduce((sum, call) => sum + Buffer.byteLength(call.name + call.json), 0);
  if (calls.length > 0 && callBytes <= room) {
    const preface =
      request.protocol === 'anthropic-messages'
        ? wordPieces(cutToBytes('I’ll look that up.', room - callBytes))
        : [];
    const usage = usageOf(request, behaviour, { output: callBytes + bytesOf(preface), hidden });
    return { thinking, text: preface, calls, stop: 'tools', stopSequence: null, usage };
  }
  const text = plannedText(request, behaviour, { facts, room });
  const usage = usageOf(request, behaviour, { output: bytesOf(text.pieces), hidden });
  return { thinking, text: text.pieces, calls: [], stop: text.stop, stopSequence: text.stopSequence, usage };
}
