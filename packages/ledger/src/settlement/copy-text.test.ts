// Promise: rows in the text of COPY arrive as the same rows in JSON do.
import { expect, it } from 'vitest';
import { copyText } from './copy-text.ts';
import type { Column } from './json-parameter.ts';

type Row = { readonly text: unknown; readonly list: readonly string[]; readonly json: unknown };

const COLUMNS: readonly Column<Row>[] = [
  ['text', 'text', (row) => row.text],
  ['list', 'text[]', (row) => row.list],
  ['json', 'jsonb', (row) => row.json],
];

it('a row is a line: separators, backslashes and quotes inside a value are escaped, nothing is \\N', () => {
  const rows: Row[] = [
    { text: 'a\tb\nc\rd\\N', list: ['x"y', 'back\\', ''], json: { k: 'q"\\' } },
    { text: null, list: [], json: null },
    { text: '', list: ['é'], json: ['\0', '\ud800'] },
  ];
  expect(copyText(rows, COLUMNS).split('\n')).toEqual([
    String.raw`a\tb\nc\rd\\N${'\t'}{"x\\"y","back\\\\",""}${'\t'}{"k":"q\\"\\\\"}`,
    String.raw`\N${'\t'}{}${'\t'}\N`,
    `${'\t'}{"é"}${'\t'}["","\ufffd"]`,
    '',
  ]);
});

it('what PostgreSQL refuses in a text is taken out; a number that is none becomes null', () => {
  const cleaned = copyText([{ text: 'a\0b\ud800', list: ['\0'], json: 1 }], COLUMNS);
  expect(cleaned).toBe('ab\ufffd\t{""}\t1\n');
  expect(copyText([{ text: Number.NaN, list: [], json: null }], COLUMNS)).toBe('\\N\t{}\t\\N\n');
});
