// A whole chat completion as JSON.
import type { JsonRecord } from '../json-value.ts';
import type { Stop } from '../plan.ts';
import type { Turn } from '../wire.ts';
import { usageOf } from './usage.ts';

const FINISH_REASONS: Readonly<Record<Stop, string>> = {
  end: 'stop',
  length: 'length',
  tools: 'tool_calls',
  'stop-sequence': 'stop',
  refusal: 'stop',
};

export function finishReason(stop: Stop): string {
  return FINISH_REASONS[stop];
}

function message(turn: Turn): JsonRecord {
  const { plan, identity, behaviour } = turn;
  const text = plan.text.join('');
  const calls = plan.calls.map((call) => ({
    id: identity.next('call_', 24),
    type: 'function',
    function: { name: call.name, arguments: call.json },
  }));
  return {
    role: 'assistant',
    content: calls.length > 0 || behaviour.refusal ? null : text,
    ...(plan.thinking.length > 0 && { reasoning_content: plan.thinking.join('') }),
    ...(calls.length > 0 && { tool_calls: calls }),
    refusal: behaviour.refusal ? text : null,
    annotations: [],
  };
}

export function answer(turn: Turn): JsonRecord {
  const { plan, request, identity, behaviour } = turn;
  return {
    id: identity.next('chatcmpl-', 29),
    object: 'chat.completion',
    created: identity.seconds,
    model: request.model,
    choices: [{ index: 0, message: message(turn), logprobs: null, finish_reason: finishReason(plan.stop) }],
    ...(behaviour.usage !== 'none' && { usage: usageOf(plan.usage) }),
    service_tier: 'default',
    system_fingerprint: 'fp_fa4e00cafe',
  };
}
