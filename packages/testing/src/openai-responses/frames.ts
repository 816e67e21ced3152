// A Response as a stream of events, numbered, from response.created to response.completed.
import type { Fault } from '../fault.ts';
import { errorFields } from '../openai-wire/errors.ts';
import { type Frame, type FrameOptions, namedFrame, type Turn } from '../wire.ts';
import { envelope } from './envelope.ts';
import { contentPart, doneItem, type Item, itemsOf, openItem } from './items.ts';

export const PING = ': keep-alive\n\n';

type Emit = (type: string, fields: Record<string, unknown>, as?: FrameOptions) => Frame;

function numberedEvents(from: number): Emit {
  let sequence = from;
  return (type, fields, as) => {
    const json = JSON.stringify({ type, sequence_number: sequence, ...fields });
    sequence += 1;
    return namedFrame(type, json, as);
  };
}

interface Place {
  readonly item_id: string;
  readonly output_index: number;
}

function* deltas(
  emit: Emit,
  type: string,
  at: { place: Record<string, unknown>; pieces: readonly string[] },
): Iterable<Frame> {
  for (const piece of at.pieces) {
    const as = { kind: 'content', content: Buffer.byteLength(piece) } as const;
    yield emit(
      type,
      { ...at.place, delta: piece, ...(type.includes('output_text') && { logprobs: [] }) },
      as,
    );
  }
}

function* messageEvents(emit: Emit, place: Place, item: Item & { kind: 'message' }): Iterable<Frame> {
  const at = { ...place, content_index: 0 };
  const text = item.pieces.join('');
  const name = item.refusal ? 'response.refusal' : 'response.output_text';
  yield emit('response.content_part.added', { ...at, part: contentPart(item, '') });
  yield* deltas(emit, `${name}.delta`, { place: at, pieces: item.pieces });
  yield emit(`${name}.done`, item.refusal ? { ...at, refusal: text } : { ...at, text, logprobs: [] });
  yield emit('response.content_part.done', { ...at, part: contentPart(item, text) });
}

function* reasoningEvents(emit: Emit, place: Place, pieces: readonly string[]): Iterable<Frame> {
  if (pieces.length === 0) return;
  const at = { ...place, summary_index: 0 };
  const text = pieces.join('');
  yield emit('response.reasoning_summary_part.added', { ...at, part: { type: 'summary_text', text: '' } });
  yield* deltas(emit, 'response.reasoning_summary_text.delta', { place: at, pieces });
  yield emit('response.reasoning_summary_text.done', { ...at, text });
  yield emit('response.reasoning_summary_part.done', { ...at, part: { type: 'summary_text', text } });
}

function* callEvents(emit: Emit, place: Place, item: Item & { kind: 'call' }): Iterable<Frame> {
  yield* deltas(emit, 'response.function_call_arguments.delta', {
    place: { ...place },
    pieces: item.call.pieces,
  });
  yield emit('response.function_call_arguments.done', { ...place, arguments: item.call.json });
}

function* itemEvents(emit: Emit, index: number, item: Item): Iterable<Frame> {
  const place: Place = { item_id: item.id, output_index: index };
  const content = item.kind === 'call' ? Buffer.byteLength(item.call.name) : 0;
  yield emit('response.output_item.added', { output_index: index, item: openItem(item) }, { content });
  switch (item.kind) {
    case 'reasoning':
      yield* reasoningEvents(emit, place, item.pieces);
      break;
    case 'message':
      yield* messageEvents(emit, place, item);
      break;
    case 'call':
      yield* callEvents(emit, place, item);
      break;
  }
  yield emit('response.output_item.done', { output_index: index, item: doneItem(item) });
}

export function* frames(turn: Turn): Iterable<Frame> {
  const emit = numberedEvents(0);
  const id = turn.identity.next('resp_', 48);
  const items = itemsOf(turn);
  const opening = { response: envelope(turn, { id, status: 'in_progress', output: [], error: null }) };
  yield emit('response.created', opening);
  yield emit('response.in_progress', opening);
  for (const [index, item] of items.entries()) yield* itemEvents(emit, index, item);
  const status = turn.plan.stop === 'length' ? 'incomplete' : 'completed';
  const output = items.map(doneItem);
  const response = envelope(turn, { id, status, output, error: null });
  yield emit(`response.${status}`, { response }, { kind: 'final' });
}

/** As recorded from the provider: an `error` event, then `response.failed`. */
export function* errorFrames(fault: Fault, turn: Turn, sent: number): Iterable<Frame> {
  const emit = numberedEvents(sent);
  const error = errorFields(fault);
  const id = turn.identity.next('resp_', 48);
  yield emit('error', { error }, { kind: 'final' });
  const failure = { code: error.code ?? 'server_error', message: error.message };
  const response = envelope(turn, { id, status: 'failed', output: [], error: failure });
  yield emit('response.failed', { response }, { kind: 'final' });
}
