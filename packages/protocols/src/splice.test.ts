// Promise: splicing changes the named values and no other byte; tricks with keys don't get around it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TopLevel } from './json-scan.ts';
import { withIncludeUsage } from './openai-chat/include-usage.ts';
import { readChatRequest } from './openai-chat/request.ts';
import { isProblem } from './request.ts';
import { splice } from './splice.ts';

function layoutOf(body: string): TopLevel | undefined {
  const facts = readChatRequest(Buffer.from(body));
  if (isProblem(facts)) throw new Error(facts.problem);
  return facts.layout;
}

const edit = (body: string, edits: Record<string, string>) => splice(Buffer.from(body), edits).toString();

describe('splice', () => {
  it.each([
    ['{"model":"a","x":1}', '{"model":"b","x":1}'],
    ['{ "x" : [1, 2.50 ] ,\n "model"\t: "a" }', '{ "x" : [1, 2.50 ] ,\n "model"\t: "b" }'],
    ['{"messages":[{"model":"no"}],"model":"a"}', '{"messages":[{"model":"no"}],"model":"b"}'],
    ['{"s":"\\"model\\":\\"x\\\\","model":"a"}', '{"s":"\\"model\\":\\"x\\\\","model":"b"}'],
    ['{}', '{"model":"b"}'],
    ['{"x":1}', '{"x":1,"model":"b"}'],
  ])('%s', (before, after) => {
    expect(edit(before, { model: '"b"' })).toBe(after);
  });

  it('leaves every byte outside the value alone, for any JSON object', () => {
    const value = fc.jsonValue();
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), fc.string(), fc.nat(8), (fields, name, indent) => {
        const { model: _model, ...rest } = fields;
        const before = JSON.stringify({ ...rest, model: 'old', zz: name }, null, indent);
        const after = edit(before, { model: JSON.stringify(name) });
        expect(JSON.parse(after)).toEqual({ ...JSON.parse(before), model: name });
        const at = before.indexOf('"old"', before.search(/"model": ?"old"/));
        expect(after).toBe(before.slice(0, at) + JSON.stringify(name) + before.slice(at + 5));
      }),
    );
  });

  it.each([
    ['{"mod\\u0065l":"c","x":1}', '{"mod\\u0065l":"b","x":1}'],
    [
      '{"s\\u0065ed":12345678901234567890, "n":1.50,"model":"a","e":"\\u00e9"}',
      '{"s\\u0065ed":12345678901234567890, "n":1.50,"model":"b","e":"\\u00e9"}',
    ],
  ])('an escaped key changes nothing else: %s', (before, after) => {
    expect(edit(before, { model: '"b"' })).toBe(after);
  });

  it('does the same by what reading the body has found', () => {
    const value = fc.jsonValue();
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), fc.boolean(), fc.nat(8), (fields, options, indent) => {
        const written = { ...fields, model: 'old', ...(options && { stream_options: { x: 1 } }) };
        const body = JSON.stringify({ ...written, stream: true, n: 1, max_tokens: 1 }, null, indent);
        const edits = { model: '"new"', stream_options: '{"include_usage":true}' };
        expect(splice(Buffer.from(body), edits, layoutOf(body)).toString()).toBe(edit(body, edits));
      }),
    );
  });

  it('gives the same buffer when nothing changes', () => {
    const body = Buffer.from('{"model":"a"}');
    expect(splice(body, {})).toBe(body);
  });

  it('include_usage is added or turned on, other options are kept', () => {
    const wished = (body: string) => withIncludeUsage(Buffer.from(body), layoutOf(body));
    expect(wished('{"model":"m","stream":true}')).toBe('{"include_usage":true}');
    const options = (written: string) => wished(`{"model":"m","stream_options":${written}}`);
    expect(options('{"include_usage":false,"x":1}')).toBe('{"include_usage":true,"x":1}');
    expect(options('{ "x": 12345678901234567890 }')).toBe(
      '{ "x": 12345678901234567890 ,"include_usage":true}',
    );
    expect(options('{"include_usage":false,"include_usage":false}')).toBe('{"include_usage":true}');
    expect(options('null')).toBe('{"include_usage":true}');
  });
});
