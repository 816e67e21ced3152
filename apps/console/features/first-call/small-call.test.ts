// The call that the console makes itself: which model it takes, and what it reads from each protocol's stream.
import { expect, it } from 'vitest';
import { modelToTry, textOfLines } from './small-call';

const model = { displayName: '', provider: 'x' };

it('takes a priced model that answers in words', () => {
  const embedding = { ...model, name: 'embed', priced: true, protocols: ['openai-embeddings' as const] };
  const unpriced = { ...model, name: 'a', priced: false, protocols: ['openai-chat' as const] };
  const priced = { ...model, name: 'b', priced: true, protocols: ['anthropic-messages' as const] };
  expect(modelToTry([embedding, unpriced, priced])?.name).toBe('b');
  expect(modelToTry([embedding, unpriced])?.name).toBe('a');
  expect(modelToTry([embedding])).toBeUndefined();
});

it('reads the text of each protocol and nothing else', () => {
  const anthropic = [
    'event: content_block_delta',
    'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"He"}}',
    'data: {"type":"message_stop"}',
  ];
  expect(textOfLines('anthropic-messages', anthropic)).toBe('He');
  const chat = [
    'data: {"choices":[{"delta":{"content":"llo"}}]}',
    '',
    'data: {"choices":[]}',
    'data: [DONE]',
  ];
  expect(textOfLines('openai-chat', chat)).toBe('llo');
  const responses = [
    'data: {"type":"response.output_text.delta","delta":"!"}',
    'data: {"type":"response.function_call_arguments.delta","delta":"{}"}',
  ];
  expect(textOfLines('openai-responses', responses)).toBe('!');
});
