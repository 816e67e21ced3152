// Promise: splicing changes the named values and no other byte; tricks with keys don't get around it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanTopLevel } from './json-scan.ts';
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
        if (scanTopLevel(Buffer.from(before), new Set(['model']))) {
          const at = before.lastIndexOf('"old"');
          expect(after).toBe(before.slice(0, at) + JSON.stringify(name) + before.slice(at + 5));
        }
      }),
    );
  });

  it.each([
    ['a key written twice', '{"model":"a","model":"c"}'],
    ['an escaped key', '{"mod\\u0065l":"c","x":1}'],
    ['both', '{"model":"a","\\u006dodel":"c"}'],
  ])('%s is written anew with one spelling', (_name, body) => {
    const after = edit(body, { model: '"b"' });
    expect(JSON.parse(after).model).toBe('b');
    expect(after.match(/mod/g)).toHaveLength(1);
    expect(after).not.toContain('"c"');
  });

  it('gives the same buffer when nothing changes', () => {
    const body = Buffer.from('{"model":"a"}');
    expect(splice(body, {})).toBe(body);
  });

  it('include_usage is added or turned on, other options are kept', () => {
    expect(withIncludeUsage(Buffer.from('{"stream":true}'))).toBe('{"include_usage":true}');
    expect(withIncludeUsage(Buffer.from('{"stream_options":{"include_usage":false,"x":1}}'))).toBe(
      '{"include_usage":true,"x":1}',
    );
  });
});
