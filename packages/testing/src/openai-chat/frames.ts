// A chat completion as chunks: role, deltas, finish, usage when asked, [DONE].

import type { Fault } from '../fault.ts';
import { errorBody } from '../openai-wire/errors.ts';
import type { Frame, Turn } from '../wire.ts';
import { finishReason } from './answer.ts';
import { usageOf } from './usage.ts';

export const PING = ': keep-alive\n\n';
const DONE: Frame = { text: 'data: [DONE]\n\n', content: 0, kind: 'done' };

interface ChunkWriter {
  readonly delta: (deltaJson: string, content: number) => Frame;
  readonly finish: (reason: string) => Frame;
  readonly usage: () => Frame;
}

/** Chunks share all but their middle, so head and tail are written once. */
function chunkWriter(turn: Turn): ChunkWriter {
  const { request, identity, plan, behaviour } = turn;
  const usageJson = JSON.stringify(usageOf(plan.usage));
  const shared = {
    id: identity.next('chatcmpl-', 29),
    object: 'chat.completion.chunk',
    created: identity.seconds,
    model: request.model,
    service_tier: 'default',
    system_fingerprint: 'fp_fa4e00cafe',
  };
  const head = `data: ${JSON.stringify(shared).slice(0, -1)},"choices":[`;
  const asked = request.includeUsage && behaviour.usage === 'normal';
  const ending = behaviour.usage === 'every-event' ? `,"usage":${usageJson}` : asked ? ',"usage":null' : '';
  const tail = `]${ending}}\n\n`;
  return {
    delta: (deltaJson, content) => ({
      text: `${head}{"index":0,"delta":${deltaJson},"logprobs":null,"finish_reason":null}${tail}`,
      content,
      kind: content > 0 ? 'content' : 'open',
    }),
    finish: (reason) => ({
      text: `${head}{"index":0,"delta":{},"logprobs":null,"finish_reason":"${reason}"}${tail}`,
      content: 0,
      kind: 'final',
    }),
    usage: () => ({ text: `${head}],"usage":${usageJson}}\n\n`, content: 0, kind: 'final' }),
  };
}

function* toolDeltas(turn: Turn, writer: ChunkWriter): Iterable<Frame> {
  for (const [index, call] of turn.plan.calls.entries()) {
    const opening = {
      index,
      id: turn.identity.next('call_', 24),
      type: 'function',
      function: { name: call.name, arguments: '' },
    };
    yield writer.delta(JSON.stringify({ tool_calls: [opening] }), Buffer.byteLength(call.name));
    for (const piece of call.pieces) {
      const json = `{"tool_calls":[{"index":${index},"function":{"arguments":${JSON.stringify(piece)}}}]}`;
      yield writer.delta(json, Buffer.byteLength(piece));
    }
  }
}

export function* frames(turn: Turn): Iterable<Frame> {
  const { plan, request, behaviour } = turn;
  const writer = chunkWriter(turn);
  const content = plan.calls.length > 0 ? 'null' : '""';
  yield writer.delta(`{"role":"assistant","content":${content},"refusal":null}`, 0);
  for (const piece of plan.thinking)
    yield writer.delta(`{"reasoning_content":${JSON.stringify(piece)}}`, Buffer.byteLength(piece));
  const field = behaviour.refusal ? 'refusal' : 'content';
  for (const piece of plan.text)
    yield writer.delta(`{"${field}":${JSON.stringify(piece)}}`, Buffer.byteLength(piece));
  yield* toolDeltas(turn, writer);
  yield writer.finish(finishReason(plan.stop));
  if (request.includeUsage && behaviour.usage === 'normal') yield writer.usage();
  if (!behaviour.noDone) yield DONE;
}

export function* errorFrames(fault: Fault): Iterable<Frame> {
  yield { text: `data: ${JSON.stringify(errorBody(fault))}\n\n`, content: 0, kind: 'final' };
}
