// A Message as a stream of events, in the order Anthropic sends them.
import { type Frame, namedFrame, type Turn } from '../wire.ts';
import { stopReason } from './answer.ts';
import { signatureOf } from './signature.ts';
import { finalUsage, fullUsage } from './usage.ts';

export const PING = 'event: ping\ndata: {"type": "ping"}\n\n';
const PING_FRAME: Frame = { text: PING, content: 0, kind: 'open' };

function startFrame(turn: Turn): Frame {
  const message = {
    model: turn.request.model,
    id: turn.identity.next('msg_01', 22),
    type: 'message',
    role: 'assistant',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    ...(turn.behaviour.usage !== 'none' && { usage: fullUsage(turn, Math.min(1, turn.plan.usage.output)) }),
  };
  return namedFrame('message_start', JSON.stringify({ type: 'message_start', message }));
}

function blockStart(index: number, block: Record<string, unknown>, content = 0): Frame {
  const json = JSON.stringify({ type: 'content_block_start', index, content_block: block });
  return namedFrame('content_block_start', json, { content });
}

function blockStop(index: number): Frame {
  return namedFrame('content_block_stop', `{"type":"content_block_stop","index":${index}}`);
}

function* deltas(
  index: number,
  kind: { type: string; field: string },
  pieces: Iterable<string>,
): Iterable<Frame> {
  const head = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"${kind.type}","${kind.field}":`;
  for (const piece of pieces) {
    const text = `${head}${JSON.stringify(piece)}}}\n\n`;
    yield { text, content: Buffer.byteLength(piece), kind: 'content' };
  }
}

function* thinkingBlock(index: number, pieces: readonly string[]): Iterable<Frame> {
  yield blockStart(index, { type: 'thinking', thinking: '', signature: '' });
  if (index === 0) yield PING_FRAME;
  yield* deltas(index, { type: 'thinking_delta', field: 'thinking' }, pieces);
  const signature = JSON.stringify(signatureOf(pieces.join('')));
  yield namedFrame(
    'content_block_delta',
    `{"type":"content_block_delta","index":${index},"delta":{"type":"signature_delta","signature":${signature}}}`,
  );
  yield blockStop(index);
}

function* textBlock(index: number, pieces: readonly string[]): Iterable<Frame> {
  yield blockStart(index, { type: 'text', text: '' });
  if (index === 0) yield PING_FRAME;
  yield* deltas(index, { type: 'text_delta', field: 'text' }, pieces);
  yield blockStop(index);
}

function* toolBlocks(turn: Turn, from: number): Iterable<Frame> {
  for (const [offset, call] of turn.plan.calls.entries()) {
    const index = from + offset;
    const id = turn.identity.next('toolu_01', 22);
    const block = { type: 'tool_use', id, name: call.name, input: {}, caller: { type: 'direct' } };
    yield blockStart(index, block, Buffer.byteLength(call.name));
    if (index === 0) yield PING_FRAME;
    yield* deltas(index, { type: 'input_json_delta', field: 'partial_json' }, ['', ...call.pieces]);
    yield blockStop(index);
  }
}

export function* frames(turn: Turn): Iterable<Frame> {
  const { plan, behaviour } = turn;
  yield startFrame(turn);
  let index = 0;
  if (plan.thinking.length > 0) yield* thinkingBlock(index++, plan.thinking);
  if (plan.text.length > 0) yield* textBlock(index++, plan.text);
  yield* toolBlocks(turn, index);
  const delta = {
    type: 'message_delta',
    delta: { stop_reason: stopReason(plan.stop), stop_sequence: plan.stopSequence, stop_details: null },
    ...(behaviour.usage !== 'none' && { usage: finalUsage(turn) }),
  };
  yield namedFrame('message_delta', JSON.stringify(delta), { kind: 'final' });
  yield namedFrame('message_stop', '{"type":"message_stop"}', { kind: 'final' });
}
