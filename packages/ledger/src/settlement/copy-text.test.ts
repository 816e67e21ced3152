// Promise: a row in the text of COPY arrives as the same row in JSON does.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { copyLine } from './copy-text.ts';
import type { ColumnType } from './json-parameter.ts';

const COLUMNS: readonly (readonly [string, ColumnType])[] = [
  ['text', 'text'],
  ['list', 'text[]'],
  ['json', 'jsonb'],
];

it('a row is a line: separators, backslashes and quotes inside a value are escaped, nothing is \\N', () => {
  const line = (...values: unknown[]) => copyLine(values, COLUMNS);
  expect(line('a\tb\nc\rd\\N', ['x"y', 'back\\', ''], { k: 'q"\\' })).toBe(
    `${String.raw`a\tb\nc\rd\\N${'\t'}{"x\\"y","back\\\\",""}${'\t'}{"k":"q\\"\\\\"}`}\n`,
  );
  expect(line(null, [], null)).toBe(`${String.raw`\N${'\t'}{}${'\t'}\N`}\n`);
  expect(line('', ['é'], ['\0', '\ud800'])).toBe(`${`${'\t'}{"é"}${'\t'}["","\ufffd"]`}\n`);
});

it('what PostgreSQL refuses in a text is taken out; a number that is none becomes null', () => {
  expect(copyLine(['a\0b\ud800', ['\0'], 1], COLUMNS)).toBe('ab\ufffd\t{""}\t1\n');
  expect(copyLine([Number.NaN, [], null], COLUMNS)).toBe('\\N\t{}\t\\N\n');
});

it('an instant is written out; what is none is null', () => {
  const line = (ms: number) => copyLine([ms], [['at', 'epoch_ms']]);
  expect(line(Date.UTC(2026, 0, 2, 3, 4, 5, 6))).toBe('2026-01-02T03:04:05.006Z\n');
  expect(line(Number.NaN)).toBe('\\N\n');
  expect(line(1e300)).toBe('\\N\n');
  // Neighbours of one second, and instants from anywhere, before 1970 too.
  const instant = fc.oneof(
    fc.integer({ min: -3_000, max: 3_000 }),
    fc.double({ min: -9e15, max: 9e15, noNaN: true }),
  );
  fc.assert(
    fc.property(instant, (ms) => {
      const date = new Date(ms);
      expect(line(ms)).toBe(`${Number.isNaN(date.getTime()) ? '\\N' : date.toISOString()}\n`);
    }),
    { numRuns: 2_000 },
  );
});
