// The response object that wraps the items, with the request's settings echoed as the provider does.
import { type JsonRecord, listAt, recordAt, textAt } from '../json-value.ts';
import type { Turn } from '../wire.ts';
import { usageOf } from './usage.ts';

export interface EnvelopeState {
  readonly id: string;
  readonly status: 'queued' | 'in_progress' | 'completed' | 'incomplete' | 'failed' | 'cancelled';
  readonly output: readonly JsonRecord[];
  readonly error: JsonRecord | null;
}

function settings(body: JsonRecord): JsonRecord {
  const reasoning = recordAt(body, 'reasoning') ?? {};
  const text = recordAt(body, 'text') ?? {};
  return {
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    max_tool_calls: body.max_tool_calls ?? null,
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    prompt_cache_key: body.prompt_cache_key ?? null,
    prompt_cache_retention: body.prompt_cache_retention ?? null,
    reasoning: { effort: reasoning.effort ?? null, summary: reasoning.summary ?? null },
    safety_identifier: body.safety_identifier ?? null,
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: { format: text.format ?? { type: 'text' }, verbosity: text.verbosity ?? 'medium' },
    tool_choice: body.tool_choice ?? 'auto',
    tools: listAt(body, 'tools'),
    top_logprobs: body.top_logprobs ?? 0,
    top_p: body.top_p ?? 1,
    truncation: textAt(body, 'truncation') ?? 'disabled',
    user: body.user ?? null,
    metadata: recordAt(body, 'metadata') ?? {},
  };
}

function isOver(status: EnvelopeState['status']): boolean {
  return status === 'completed' || status === 'incomplete';
}

export function envelope(turn: Turn, state: EnvelopeState): JsonRecord {
  const { request, identity, behaviour, plan } = turn;
  const over = isOver(state.status);
  const { id, status, output, error } = state;
  return {
    id,
    object: 'response',
    created_at: identity.seconds,
    status,
    background: request.body.background === true,
    completed_at: status === 'completed' ? identity.seconds : null,
    error,
    frequency_penalty: 0,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    model: request.model,
    output,
    presence_penalty: 0,
    service_tier: over ? 'default' : 'auto',
    ...settings(request.body),
    usage: over && behaviour.usage !== 'none' ? usageOf(plan.usage) : null,
  };
}
