// Promise: a wrong body is refused with a sentence that names what is wrong.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from './json.ts';
import { DIALECTS } from './registry.ts';
import { isProblem, pickFields } from './request.ts';

const chat = (body: string) => DIALECTS['openai-chat'].readRequest(Buffer.from(body));
const anthropic = (body: string) => DIALECTS['anthropic-messages'].readRequest(Buffer.from(body));

describe('a wrong body', () => {
  it.each([
    ['', null, 'empty'],
    ['[1]', null, 'must be a JSON object'],
    ['"x"', null, 'must be a JSON object'],
    ['{"model":', null, 'not valid JSON'],
    ['{"model":"a"} x', null, 'not valid JSON'],
    ['{"model":"a","stream":tru}', 'stream', 'not valid JSON'],
    ['{"model":"a","x":1,"model":"a"}', 'model', 'more than once'],
    ['{"model":"a","mod\\u0065l":"b"}', 'model', 'more than once'],
    ['{"model":"a","max_tokens":1,"max_tokens":9}', 'max_tokens', 'more than once'],
    ['{"mod\\x65l":"a"}', null, 'not valid JSON'],
    ['{"x":1}', 'model', 'missing'],
    ['{"model":7}', 'model', 'must be a string'],
    ['{"model":""}', 'model', '1 to 256'],
    [`{"model":"${'m'.repeat(257)}"}`, 'model', '1 to 256'],
    ['{"model":"a\\u0000"}', 'model', 'control characters'],
    ['{"model":"a\\n"}', 'model', 'control characters'],
    ['{"model":"a\\u0085"}', 'model', 'control characters'],
    ['{"model":"\\ud800b"}', 'model', 'control characters'],
    ['{"model":"a","stream":"yes"}', 'stream', 'must be a boolean'],
    ['{"model":"a","max_tokens":-1}', 'max_tokens', 'positive integer'],
    ['{"model":"a","n":0}', 'n', 'positive integer'],
    ['{"model":"a","stream_options":7}', 'stream_options', 'must be an object'],
  ])('%s', (body, param, text) => {
    expect(chat(body)).toMatchObject({ param, problem: expect.stringContaining(text) });
  });
});

describe('what is read', () => {
  it('of a chat body', () => {
    const body =
      '{"model":"m","stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":9,"prompt_cache_key":"s"}';
    const facts = {
      model: 'm',
      stream: true,
      maxOutputTokens: 9,
      includeUsage: true,
      sessionHint: 's',
    };
    expect(chat(body)).toEqual({
      ...facts,
      layout: expect.objectContaining({ empty: false, close: body.length - 1 }),
    });
  });

  it('where the conversation stands, that of the last field when it is there twice', () => {
    const body = '{"messages":[1],"model":"m","system":"s","messages":[2]}';
    const found = anthropic(body);
    const fields = isProblem(found) ? undefined : found.layout?.fields;
    const textOf = (name: string) => body.slice(fields?.get(name)?.start, fields?.get(name)?.end);
    expect([textOf('system'), textOf('messages')]).toEqual(['"s"', '[2]']);
  });

  it('of a messages body, whatever is nested in it', () => {
    const body =
      '{"messages":[{"content":"{\\"model\\":\\"x\\""}],"model":"m","max_tokens":5,"metadata":{"user_id":"u"}}';
    expect(anthropic(body)).toMatchObject({
      model: 'm',
      stream: false,
      maxOutputTokens: 5,
      sessionHint: 'u',
    });
  });

  it.each([
    ['1', 1],
    ['999999999', 999_999_999],
    ['12345678901', 12_345_678_901],
    ['1e3', 1_000],
    ['null', null],
  ])('of a number written %s', (text, limit) => {
    const facts = { maxOutputTokens: limit, stream: false };
    expect(chat(`{"model":"m","stream":false,"max_tokens":${text}}`)).toMatchObject(facts);
  });

  it.each([
    ['{"model":"m","max_tokens":900,"max_completion_tokens":9}', { maxOutputTokens: 900 }],
    ['{"model":"m","max_tokens":9,"max_completion_tokens":900}', { maxOutputTokens: 900 }],
    ['{"model":"m","max_tokens":null,"max_completion_tokens":9}', { maxOutputTokens: 9 }],
    ['{"model":"m","n":128}', { maxOutputTokens: null, choices: 128 }],
  ])('of two limits the larger one, and how many answers are wanted: %s', (body, facts) => {
    expect(chat(body)).toMatchObject(facts);
  });

  it.each(['007', '0', '1.5', '9 9', 'trux', 'falsx'])('refuses what is no count: %s', (text) => {
    expect(chat(`{"model":"m","max_tokens":${text}}`)).toHaveProperty('problem');
  });

  it('of a name outside the basic plane, which is no half pair', () => {
    expect(chat('{"model":"m\\ud83d\\ude00 é"}')).toMatchObject({ model: 'm\u{1f600} é' });
  });

  it.each([
    '{"mod\\u0065l":"b","x":1}',
    '{"\\u006d\\u006f\\u0064\\u0065\\u006c":"b"}',
    '{"a\\"model":"a","model":"b"}',
    '{"x\\\\":1,"model":"b"}',
  ])('of an escaped key as of a plain one: %s', (body) => {
    expect(chat(body)).toMatchObject({ model: 'b' });
  });

  it('of any value what a parser of JSON reads, however it is written', () => {
    const written = fc.oneof(
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.string({ unit: 'binary', maxLength: 300 }).map((text) => JSON.stringify(text)),
      // Texts that may be no JSON at all: quotes, backslashes and controls anywhere.
      fc.string({ unit: fc.constantFrom('"', '\\', 'a', 'u', '0', ' ', '\n', 'é'), maxLength: 9 }),
      fc.stringMatching(/^"[ -~]{0,12}"$/),
    );
    fc.assert(
      fc.property(written, (value) => {
        const body = `{"x":${value}}`;
        const whole = parseJson(body);
        const picked = pickFields(Buffer.from(body), new Set(['x']));
        if (whole === undefined) expect(isProblem(picked)).toBe(true);
        else expect(picked).toEqual({ values: whole, layout: expect.anything() });
      }),
      { numRuns: 2_000 },
    );
  });
});
