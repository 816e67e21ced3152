// The output items of a Response: reasoning, message, function calls, in progress and done.
import { type JsonRecord, listAt } from '../json-value.ts';
import type { PlannedCall } from '../plan.ts';
import type { Turn } from '../wire.ts';

export type Item =
  | {
      readonly kind: 'reasoning';
      readonly id: string;
      readonly pieces: readonly string[];
      readonly encrypted: string | null;
    }
  | {
      readonly kind: 'message';
      readonly id: string;
      readonly pieces: readonly string[];
      readonly refusal: boolean;
      readonly cut: boolean;
    }
  | { readonly kind: 'call'; readonly id: string; readonly callId: string; readonly call: PlannedCall };

/** Items in order. Draws ids: call it once per answer, after the response's own id. */
export function itemsOf(turn: Turn): readonly Item[] {
  const { plan, identity, request, behaviour } = turn;
  const items: Item[] = [];
  if (plan.usage.reasoning > 0) {
    const wanted = listAt(request.body, 'include').includes('reasoning.encrypted_content');
    const encrypted = wanted ? identity.opaque('reasoning', 400) : null;
    items.push({ kind: 'reasoning', id: identity.next('rs_', 48), pieces: plan.thinking, encrypted });
  }
  if (plan.text.length > 0) {
    const cut = plan.stop === 'length';
    items.push({
      kind: 'message',
      id: identity.next('msg_', 48),
      pieces: plan.text,
      refusal: behaviour.refusal,
      cut,
    });
  }
  for (const call of plan.calls) {
    const id = identity.next('fc_', 48);
    items.push({ kind: 'call', id, callId: identity.next('call_', 24), call });
  }
  return items;
}

/** The part of a message that holds `text`. */
export function contentPart(item: Item & { kind: 'message' }, text: string): JsonRecord {
  if (item.refusal) return { type: 'refusal', refusal: text };
  return { type: 'output_text', annotations: [], logprobs: [], text };
}

/** An item as `output_item.added` shows it. */
export function openItem(item: Item): JsonRecord {
  switch (item.kind) {
    case 'reasoning':
      return { id: item.id, type: 'reasoning', ...encrypted(item), summary: [] };
    case 'message':
      return { id: item.id, type: 'message', status: 'in_progress', content: [], role: 'assistant' };
    case 'call':
      return functionCall(item, 'in_progress', '');
  }
}

/** An item as `output_item.done` and the whole response show it. */
export function doneItem(item: Item): JsonRecord {
  switch (item.kind) {
    case 'reasoning': {
      const text = item.pieces.join('');
      const summary = text === '' ? [] : [{ type: 'summary_text', text }];
      return { id: item.id, type: 'reasoning', ...encrypted(item), summary };
    }
    case 'message': {
      const status = item.cut ? 'incomplete' : 'completed';
      const content = [contentPart(item, item.pieces.join(''))];
      return { id: item.id, type: 'message', status, content, role: 'assistant' };
    }
    case 'call':
      return functionCall(item, 'completed', item.call.json);
  }
}

function encrypted(item: Item & { kind: 'reasoning' }): JsonRecord {
  return item.encrypted === null ? {} : { encrypted_content: item.encrypted };
}

function functionCall(item: Item & { kind: 'call' }, status: string, args: string): JsonRecord {
  const { id, callId, call } = item;
  return { id, type: 'function_call', status, arguments: args, call_id: callId, name: call.name };
}
