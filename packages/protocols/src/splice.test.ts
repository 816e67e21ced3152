// Promise: splicing changes the named values and no other byte; tricks with keys don't get around it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withIncludeUsage } from './openai-chat/include-usage.ts';
import { splice } from './splice.ts';

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

  it('gives the same buffer when nothing changes', () => {
    const body = Buffer.from('{"model":"a"}');
    expect(splice(body, {})).toBe(body);
  });

  it('include_usage is added or turned on, other options are kept', () => {
    expect(withIncludeUsage(Buffer.from('{"stream":true}'))).toBe('{"include_usage":true}');
    const options = (written: string) => withIncludeUsage(Buffer.from(`{"stream_options":${written}}`));
    expect(options('{"include_usage":false,"x":1}')).toBe('{"include_usage":true,"x":1}');
    expect(options('{ "x": 12345678901234567890 }')).toBe(
      '{ "x": 12345678901234567890 ,"include_usage":true}',
    );
    expect(options('{"include_usage":false,"include_usage":false}')).toBe('{"include_usage":true}');
    expect(options('null')).toBe('{"include_usage":true}');
  });
});
