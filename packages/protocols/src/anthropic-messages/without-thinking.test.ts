// Promise: only the thinking that is to go goes; every byte around it stays as the client wrote it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConversation } from './conversation.ts';
import { withoutThinking } from './without-thinking.ts';

const thinking = { type: 'thinking', thinking: 'hm', signature: 'x' };
const redacted = { type: 'redacted_thinking', data: 'y' };
const text = { type: 'text', text: 'hi' };
const user = { role: 'user', content: 'x' };

/** The body without its thinking, but for what is signed with one of `stay`. */
function cut(body: string, stay: readonly string[] = []): string | null {
  const conversation = readConversation(Buffer.from(body));
  if (!conversation) return null;
  const staying = conversation.thoughts.filter(({ signature }) => signature && stay.includes(signature));
  return withoutThinking(conversation, new Set(staying))?.toString() ?? null;
}

function repaired(messages: unknown, around = '', stay: readonly string[] = []): unknown {
  const body = cut(`{ "model" : "m",${around} "messages":${JSON.stringify(messages)} }`, stay);
  return body === null ? null : JSON.parse(body);
}

it('thinking goes, what was beside it stays', () => {
  expect(repaired([user, { role: 'assistant', content: [thinking, redacted, text] }, user])).toEqual({
    model: 'm',
    messages: [user, { role: 'assistant', content: [text] }, user],
  });
});

it('what is to stay stays, wherever it stands', () => {
  const turn = { role: 'assistant', content: [thinking, text, redacted] };
  expect(repaired([user, turn, user], '', ['y'])).toMatchObject({
    messages: [user, { role: 'assistant', content: [text, redacted] }, user],
  });
  expect(repaired([user, turn, user], '', ['x'])).toMatchObject({
    messages: [user, { role: 'assistant', content: [thinking, text] }, user],
  });
  expect(repaired([user, turn, user], '', ['x', 'y'])).toBeNull();
});

it('a turn of nothing but thinking goes as a whole', () => {
  const turn = { role: 'assistant', content: [thinking, redacted] };
  expect(repaired([user, turn, user])).toMatchObject({ messages: [user, user] });
  expect(repaired([user, turn])).toMatchObject({ messages: [user] });
  expect(repaired([turn, user])).toMatchObject({ messages: [user] });
  expect(repaired([user, turn, user], '', ['x'])).toMatchObject({
    messages: [user, { role: 'assistant', content: [thinking] }, user],
  });
});

describe('inside the turn of a tool', () => {
  const enabled = ' "thinking":{"type":"enabled","budget_tokens":1024},';
  const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'x' }] };
  const toolUse = { type: 'tool_use', id: 't', name: 'n', input: {} };
  const use = { role: 'assistant', content: [thinking, toolUse] };

  it('thinking is disabled', () => {
    expect(repaired([user, use, result], enabled)).toMatchObject({ thinking: { type: 'disabled' } });
    expect(repaired([user, use, result, use, user], enabled)).toMatchObject({
      thinking: { type: 'enabled' },
    });
  });

  it('it is not where some of that turn stays, and it is where only an earlier turn keeps some', () => {
    const other = { role: 'assistant', content: [{ ...thinking, signature: 'own' }, toolUse] };
    expect(repaired([user, other, result, use, result], enabled, ['own'])).toMatchObject({
      thinking: { type: 'enabled' },
    });
    expect(repaired([user, other, result, user, use, result], enabled, ['own'])).toMatchObject({
      thinking: { type: 'disabled' },
    });
  });

  it('nothing is added to a request that does not speak of thinking', () => {
    expect(repaired([user, use, result])).not.toHaveProperty('thinking');
  });
});

it('without thinking there is nothing to repair', () => {
  expect(repaired([user, { role: 'assistant', content: 'thinking' }])).toBeNull();
  expect(repaired([{ role: 'user', content: [thinking] }])).toBeNull();
  for (const odd of ['nonsense', [], [1, null], [[]], {}]) expect(repaired(odd)).toBeNull();
  for (const odd of ['', '[]', '{"messages":[}', '{"messages":[1,]}', '{"messages":[{"content":[1}]}'])
    expect(cut(odd)).toBeNull();
});

type Item = {
  readonly lead: string;
  readonly raw: string;
  readonly trail: string;
  readonly goes: boolean;
};

/** A list as it is written, and as it is to be: what goes takes its comma along, and the white space on one side of it. */
function written(items: readonly Item[]): { before: string; after: string } {
  const listed = (some: readonly Item[]) => `[${some.map((it) => it.lead + it.raw + it.trail).join(',')}]`;
  const kept = items.flatMap((item, at) => {
    if (item.goes) return [];
    let first = at;
    while (items[first - 1]?.goes) first--;
    return [{ ...item, lead: items[first]?.lead ?? '' }];
  });
  const [end, last] = [items.at(-1), kept.at(-1)];
  if (end && !last) return { before: listed(items), after: `[${items[0]?.lead}${end.trail}]` };
  const after = kept.map((item) => (item === last && end ? { ...item, trail: end.trail } : item));
  return { before: listed(items), after: listed(after) };
}

const space = fc.constantFrom('', '', ' ', '\n  ', '\t', '\r\n');
/** What `JSON.parse` and `JSON.stringify` do not give back as it was. */
const value = fc.oneof(
  fc.constantFrom('1.0', '12345678901234567890', '1E5', '-0', '0.10', 'true', 'null', '[ ]', '{ }'),
  fc.constantFrom('"\\u0041"', '"a\\/b"', '"\\"thinking\\""', '"é]},{"', '{"b":1.0, "2":1, "1" : [1 ,2.50]}'),
);
const KINDS: Record<string, (raw: string, pad: string) => string> = {
  text: (raw, pad) => `{${pad}"type":"text","text":"x","more":${raw}}`,
  tool_use: (raw, pad) => `{"input":{"n":${raw}${pad}},"type":${pad}"tool_use"}`,
  odd: (raw) => raw,
  thinking: (raw, pad) => `{"type"${pad}:"thinking","x":${raw},"signature":"S"}`,
  escaped: (raw, pad) => `{"x":${raw},"typ\\u0065":"th\\u0069nking",${pad}"signature":"S"}`,
  redacted: (raw, pad) => `{"data":"S","x":${raw},${pad}"type":"redacted_thinking"}`,
};
const block = fc.record({
  kind: fc.constantFrom(...Object.keys(KINDS)),
  ...{ raw: value, pad: space, lead: space, trail: space, stays: fc.boolean() },
});
const message = fc.record({
  role: fc.constantFrom('"assistant"', '"assistant"', '"\\u0061ssistant"', '"user"'),
  blocks: fc.array(block, { maxLength: 5 }),
  ...{ more: value, pad: space, lead: space, trail: space },
});

it('any conversation, however it is written, keeps each byte outside of what goes', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), space, value, (messages, pad, more) => {
      let goes = 0;
      const inside = messages.map(({ role, blocks, ...rest }) => {
        const items = blocks.map(({ kind, raw, pad, lead, trail, stays }): Item => {
          const isThought = ['thinking', 'escaped', 'redacted'].includes(kind) && role !== '"user"';
          const name = stays ? 'stays' : 'goes';
          const whole = (KINDS[kind]?.(raw, pad) ?? '').replace('"S"', `"${name}"`);
          return { lead, raw: whole, trail, goes: isThought && !stays };
        });
        goes += items.filter((item) => item.goes).length;
        const content = written(items);
        const around = (list: string) => `{"role":${role},"content":${rest.pad}${list}, "more":${rest.more}}`;
        const emptied = items.length > 0 && items.every((item) => item.goes);
        return { ...rest, emptied, before: around(content.before), after: around(content.after) };
      });
      const list = (key: 'before' | 'after') =>
        written(
          inside.map((one) => ({ lead: one.lead, raw: one[key], trail: one.trail, goes: one.emptied })),
        )[key];
      const request = (turns: string) => `{${pad}"more":${more} ,"messages" :${turns}, "model":"m"${pad}}`;
      expect(cut(request(list('before')), ['stays'])).toBe(goes === 0 ? null : request(list('after')));
    }),
    { numRuns: 500 },
  );
});
