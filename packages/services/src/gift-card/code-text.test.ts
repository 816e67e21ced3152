// A code survives being typed by a person, and everything else is no code.
import { expect, it } from 'vitest';
import { newCodeText, normalCode } from './code-text.ts';

const LOOK_ALIKES = /[01OILU]/;

it('a code has at least 80 bits, in groups, without characters that look alike', () => {
  const drawn = Array.from({ length: 400 }, () => newCodeText());
  const characters = new Set(drawn.flatMap(({ normal }) => [...normal]));
  expect(Math.log2(characters.size) * 20).toBeGreaterThan(80);
  for (const { code, normal, lastFour } of drawn) {
    expect(code).toMatch(/^[0-9A-Z]{5}(-[0-9A-Z]{5}){3}$/);
    expect(code).not.toMatch(LOOK_ALIKES);
    expect(code.replaceAll('-', '')).toBe(normal);
    expect(normal.endsWith(lastFour)).toBe(true);
  }
  expect(new Set(drawn.map(({ code }) => code)).size).toBe(drawn.length);
});

it.each([
  ['as it is shown', '2ABCD-3EFGH-4JKMN-5PQRS'],
  ['small letters', '2abcd-3efgh-4jkmn-5pqrs'],
  ['without dashes', '2ABCD3EFGH4JKMN5PQRS'],
  ['spaces of every kind', ' 2ABCD 3EFGH\u30004JKMN\u00a0\t5PQRS\n'],
  ['dashes of every kind', '2ABCD–3EFGH—4JKMN\u22125PQRS'],
  ['full-width characters', '２ＡＢＣＤ－３ｅｆｇｈ－４ＪＫＭＮ－５ＰＱＲＳ'],
  ['invisible characters of a copied text', '\ufeff2ABCD-3EFGH\u200b-4JKMN-5PQRS'],
])('%s: the same code', (_, typed) => {
  expect(normalCode(typed)).toBe('2ABCD3EFGH4JKMN5PQRS');
});

it.each([
  '',
  '2ABCD-3EFGH-4JKMN',
  '2ABCD-3EFGH-4JKMN-5PQRS-6',
  '0ABCD-3EFGH-4JKMN-5PQRS',
  '2ABCD-3EFGH-4JKMN-5PQR!',
])('%j is no code', (typed) => {
  expect(normalCode(typed)).toBeUndefined();
});
