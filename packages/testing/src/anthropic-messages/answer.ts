// A whole Message as JSON.
import type { JsonRecord } from '../json-value.ts';
import type { Stop } from '../plan.ts';
import type { Turn } from '../wire.ts';
import { signatureOf } from './signature.ts';
import { fullUsage } from './usage.ts';

const STOP_REASONS: Readonly<Record<Stop, string>> = {
  end: 'end_turn',
  length: 'max_tokens',
  tools: 'tool_use',
  'stop-sequence': 'stop_sequence',
  refusal: 'refusal',
};

export function stopReason(stop: Stop): string {
  return STOP_REASONS[stop];
}

/** Content blocks in order: thinking, text, tool uses. */
export function contentBlocks(turn: Turn): readonly JsonRecord[] {
  const { plan, identity } = turn;
  const thinking = plan.thinking.join('');
  const text = plan.text.join('');
  const blocks: JsonRecord[] = [];
  if (thinking !== '') blocks.push({ type: 'thinking', thinking, signature: signatureOf(thinking) });
  if (text !== '') blocks.push({ type: 'text', text });
  for (const call of plan.calls) {
    const input: unknown = JSON.parse(call.json);
    const id = identity.next('toolu_01', 22);
    blocks.push({ type: 'tool_use', id, name: call.name, input, caller: { type: 'direct' } });
  }
  return blocks;
}

export function answer(turn: Turn): JsonRecord {
  const { plan, request, identity, behaviour } = turn;
  return {
    model: request.model,
    id: identity.next('msg_01', 22),
    type: 'message',
    role: 'assistant',
    content: contentBlocks(turn),
    stop_reason: stopReason(plan.stop),
    stop_sequence: plan.stopSequence,
    stop_details: null,
    ...(behaviour.usage !== 'none' && { usage: fullUsage(turn, plan.usage.output) }),
  };
}
