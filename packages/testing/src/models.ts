// The models the fake lists, in both providers' shapes. Any other name is answered too, unless it says `missing`.
import type { JsonRecord } from './json-value.ts';

const CREATED_AT = '2026-01-01T00:00:00Z';
const CREATED_SECONDS = 1_767_225_600;

export const ANTHROPIC_MODELS: readonly string[] = [
  'fake-claude',
  'fake-claude-thinking',
  'claude-sonnet-4-5',
  'claude-haiku-4-5',
];
export const OPENAI_MODELS: readonly string[] = [
  'fake-gpt',
  'fake-gpt-mini',
  'fake-embed',
  'gpt-5',
  'gpt-5-mini',
];

export function anthropicModel(id: string): JsonRecord {
  return {
    type: 'model',
    id,
    display_name: id.replaceAll('-', ' '),
    created_at: CREATED_AT,
    deprecated_at: null,
    lifecycle: 'active',
    line: null,
    capabilities: null,
    max_input_tokens: 200_000,
    max_tokens: 64_000,
  };
}

export function openaiModel(id: string): JsonRecord {
  return { id, object: 'model', created: CREATED_SECONDS, owned_by: 'fake' };
}

export function anthropicModelList(): JsonRecord {
  return {
    data: ANTHROPIC_MODELS.map(anthropicModel),
    has_more: false,
    first_id: ANTHROPIC_MODELS[0],
    last_id: ANTHROPIC_MODELS.at(-1),
  };
}

export function openaiModelList(): JsonRecord {
  return { object: 'list', data: OPENAI_MODELS.map(openaiModel) };
}
