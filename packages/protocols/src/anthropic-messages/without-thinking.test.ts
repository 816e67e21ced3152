// Promise: only the thinking of earlier turns goes; everything around it keeps its bytes.
import { expect, it } from 'vitest';
import { withoutThinking } from './without-thinking.ts';

const thinking = { type: 'thinking', thinking: 'hm', signature: 'x' };
const redacted = { type: 'redacted_thinking', data: 'x' };
const text = { type: 'text', text: 'hi' };
const user = { role: 'user', content: 'x' };

function repaired(messages: unknown, around = ''): unknown {
  const body = withoutThinking(
    Buffer.from(`{ "model" : "m",${around} "messages":${JSON.stringify(messages)} }`),
  );
  return body === null ? null : JSON.parse(body.toString());
}

it('thinking goes, what was beside it stays', () => {
  expect(repaired([user, { role: 'assistant', content: [thinking, redacted, text] }, user])).toEqual({
    model: 'm',
    messages: [user, { role: 'assistant', content: [text] }, user],
  });
});

it('a turn of nothing but thinking goes as a whole', () => {
  expect(repaired([user, { role: 'assistant', content: [thinking] }, user])).toMatchObject({
    messages: [user, user],
  });
});

it('inside the turn of a tool thinking is disabled', () => {
  const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'x' }] };
  const use = { role: 'assistant', content: [thinking, { type: 'tool_use', id: 't', name: 'n', input: {} }] };
  const enabled = ' "thinking":{"type":"enabled","budget_tokens":1024},';
  expect(repaired([user, use, result], enabled)).toMatchObject({ thinking: { type: 'disabled' } });
  expect(repaired([user, use, result, use, user], enabled)).toMatchObject({ thinking: { type: 'enabled' } });
});

it('bytes around the messages stay', () => {
  const body = `{ "model" : "m", "messages":${JSON.stringify([{ role: 'assistant', content: [thinking, text] }])} , "x":1.0 }`;
  const without = withoutThinking(Buffer.from(body))?.toString() ?? '';
  expect(without.startsWith('{ "model" : "m", "messages":[')).toBe(true);
  expect(without.endsWith('] , "x":1.0 }')).toBe(true);
});

it('without thinking there is nothing to repair', () => {
  expect(repaired([user, { role: 'assistant', content: 'thinking' }])).toBeNull();
  expect(repaired('nonsense')).toBeNull();
});
