// The smallest useful call of each dialect, and where its text stands in the answer.
import { isRecord, recordAt, textAt } from '@api-proxy/protocols/json';
import type { Protocol } from '@api-proxy/protocols/protocol';

type ProbeCall = { readonly path: string; body(model: string): object };

const PROMPT = 'Reply with the word OK.';

/** Chat has no limit on the answer: older models know `max_tokens` only, newer ones refuse it. */
export const PROBES: Readonly<Record<Protocol, ProbeCall>> = {
  'anthropic-messages': {
    path: '/messages',
    body: (model) => ({ model, max_tokens: 16, messages: [{ role: 'user', content: PROMPT }] }),
  },
  'openai-chat': {
    path: '/chat/completions',
    body: (model) => ({ model, messages: [{ role: 'user', content: PROMPT }] }),
  },
  'openai-responses': { path: '/responses', body: (model) => ({ model, input: PROMPT, store: false }) },
  'openai-embeddings': { path: '/embeddings', body: (model) => ({ model, input: 'OK' }) },
};

/** The text of a JSON answer; for embeddings how many numbers came. Empty when there is none. */
export function answerText(protocol: Protocol, answer: unknown): string {
  if (!isRecord(answer)) return '';
  switch (protocol) {
    case 'anthropic-messages':
      return texts(answer.content);
    case 'openai-chat':
      return textAt(recordAt(first(answer.choices), 'message'), 'content') ?? '';
    case 'openai-responses':
      return list(answer.output)
        .map((item) => (isRecord(item) ? texts(item.content) : ''))
        .join('');
    case 'openai-embeddings': {
      const embedding = first(answer.data);
      return `${list(isRecord(embedding) ? embedding.embedding : null).length} dimensions`;
    }
  }
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function first(value: unknown): unknown {
  return list(value)[0];
}

function texts(content: unknown): string {
  return list(content)
    .map((part) => textAt(part, 'text') ?? '')
    .join('');
}
