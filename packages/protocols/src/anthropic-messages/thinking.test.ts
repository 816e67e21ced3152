// Promise: an answer's thinking is told by its signatures, streamed or not, and a text that speaks of them is none.
import { describe, expect, it } from 'vitest';
import { OutputCount } from '../output-count.ts';
import { recordings } from '../recordings.ts';
import { nextEventEnd } from '../sse.ts';
import { signaturesIn } from './thinking.ts';

/** Signatures in all recorded streams together. */
const RECORDED = 17;

const event = (data: object) => `event: ${Reflect.get(data, 'type')}\ndata: ${JSON.stringify(data)}\n\n`;
const delta = (inside: object) => event({ type: 'content_block_delta', index: 0, delta: inside });
const start = (block: object) => event({ type: 'content_block_start', index: 0, content_block: block });

const SIGNED = delta({ type: 'signature_delta', signature: 'one' });
const REDACTED = start({ type: 'redacted_thinking', data: 'two' });
const TEXT = delta({ type: 'text_delta', text: 'said "signature": "none", "type":"redacted_thinking"' });

it('of a stream: with the last delta of a block, or its start', () => {
  const stream = [
    start({ type: 'thinking', thinking: '', signature: '' }),
    ...[delta({ type: 'thinking_delta', thinking: 'hm' }), SIGNED, REDACTED, TEXT],
    start({ type: 'thinking', thinking: 'hm', signature: 'three' }),
    start({ type: 'tool_use', input: { signature: 'none', data: 'none' } }),
  ];
  expect(signaturesIn(Buffer.from(stream.join('')), true)).toEqual(['one', 'two', 'three']);
  expect(signaturesIn(Buffer.from(TEXT), true)).toEqual([]);
});

it('of a body: of its own blocks only', () => {
  const content = [
    { type: 'thinking', thinking: 'a "signature"', signature: 'one' },
    { type: 'redacted_thinking', data: 'two' },
    { type: 'text', text: '{"type":"thinking","signature":"none"}' },
    { type: 'tool_use', input: { type: 'thinking', signature: 'none' } },
    { type: 'thinking', thinking: '', signature: '' },
  ];
  const whole = JSON.stringify({ id: 'msg', content, usage: {} }, null, 1);
  expect(signaturesIn(Buffer.from(whole), false)).toEqual(['one', 'two']);
  for (const odd of [whole.slice(9), whole.slice(0, -9), '', '"thinking"', '{"content":"thinking"}'])
    expect(signaturesIn(Buffer.from(odd), false)).toEqual([]);
});

it('bytes that are no event give none, and do no harm', () => {
  for (const odd of [
    'data: {"signature"\n\n',
    'data: [DONE] "signature"\n\n',
    'data: 1 "signature"',
    '"signature"',
  ])
    expect(signaturesIn(Buffer.from(odd), true)).toEqual([]);
});

describe('what is passed over as nothing but text', () => {
  it.each([1, 2, 3, 7])('never holds a signature, in no recorded stream, by %i events at a time', (most) => {
    let found = 0;
    for (const { name, bytes } of recordings('anthropic-messages', 'sse')) {
      const output = new OutputCount();
      for (let from = 0; from < bytes.length; ) {
        let end = from;
        for (let count = 0; count < most && end < bytes.length; count++) end = nextEventEnd(bytes, end);
        const run = bytes.subarray(from, end);
        const signatures = signaturesIn(run, true).length;
        if (output.takeEvents(run)) expect(signatures, name).toBe(0);
        found += signatures;
        from = end;
      }
    }
    expect(found).toBe(RECORDED);
  });

  it('is deltas of text alone', () => {
    const passed = (...events: string[]) => new OutputCount().takeEvents(Buffer.from(events.join('')));
    const thought = delta({ type: 'thinking_delta', thinking: 'hm' });
    for (const events of [[TEXT], [thought], [TEXT, TEXT, thought, TEXT]])
      expect(passed(...events), events.join('')).toBe(true);
    for (const event of [SIGNED, REDACTED])
      for (const events of [[], [event], [TEXT, event], [event, TEXT], [TEXT, event, TEXT]])
        expect(passed(...events), events.join('')).toBe(false);
  });
});
