// Promise: turns of one conversation begin alike in every dialect; conversations of another beginning don't.
import { describe, expect, it } from 'vitest';
import { CONVERSATION_FIELDS, conversationPrefix } from './conversation-prefix.ts';
import { scanTopLevel } from './json-scan.ts';

const user = (content: unknown) => ({ role: 'user', content });
const read = (body: object) => {
  const bytes = Buffer.from(JSON.stringify({ model: 'm', ...body }));
  return conversationPrefix(bytes, scanTopLevel(bytes, CONVERSATION_FIELDS)?.fields ?? new Map());
};
const prefix = (body: object) => read(body)?.parts.map(String) ?? [];

const DIALECTS: [string, (turns: object[]) => object][] = [
  ['Messages', (turns) => ({ system: [{ type: 'text', text: 'be brief' }], messages: turns })],
  ['Chat', (turns) => ({ messages: [{ role: 'system', content: 'be brief' }, ...turns] })],
  ['Responses', (turns) => ({ instructions: 'be brief', input: turns })],
];

describe.each(DIALECTS)('%s', (_name, body) => {
  it('later turns change nothing', () => {
    const first = prefix(body([user('hello')]));
    const later = [user('hello'), { role: 'assistant', content: 'hi' }, user('and?')];
    expect(first).toHaveLength(2);
    expect(prefix(body(later))).toEqual(first);
  });

  it('it is all of a conversation that begins, and not of one that goes on', () => {
    const isAll = (...turns: object[]) => read({ ...body([user('hello'), ...turns]), tools: [{}] })?.isAll;
    expect(isAll()).toBe(true);
    expect(isAll({ role: 'assistant', content: 'hi' })).toBe(false);
    expect(isAll(user('and?'))).toBe(false);
  });

  it('another first message is another conversation', () => {
    expect(prefix(body([user('hello')]))).not.toEqual(prefix(body([user('goodbye')])));
  });
});

it('a bare input is the first message', () => {
  expect(prefix({ input: 'hello' })).toEqual(['"hello"']);
  expect(read({ input: 'hello' })?.isAll).toBe(true);
});

it('a body without turns has no beginning', () => {
  for (const body of [{}, { system: 'x' }, { messages: [] }]) expect(prefix(body).join('')).toBe('');
});
