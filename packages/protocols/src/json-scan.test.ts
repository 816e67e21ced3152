// Promise: the scanner finds what a walk over each byte finds, on any bytes: valid, cut off or spoilt.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { skipNested, skipString } from './json-scan.ts';
import { splice } from './splice.ts';

/** The reference: one byte after the other, each escape as it comes. */
function stringEnd(bytes: Buffer, from: number): number {
  let escaped = false;
  for (let at = from + 1; at < bytes.length; at++) {
    if (escaped) escaped = false;
    else if (bytes[at] === 0x5c) escaped = true;
    else if (bytes[at] === 0x22) return at + 1;
  }
  return -1;
}

function nestedEnd(bytes: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < bytes.length; at++) {
    const sign = String.fromCharCode(bytes[at] ?? 0);
    if (sign === '"') {
      const end = stringEnd(bytes, at);
      if (end === -1) return -1;
      at = end - 1;
    } else if (sign === '{' || sign === '[') depth++;
    else if ((sign === '}' || sign === ']') && --depth === 0) return at + 1;
  }
  return -1;
}

/** A run of one kind of text: short and long ones in turn lead through each way of searching. */
const run = fc
  .tuple(
    fc.constantFrom(
      '"',
      '\\',
      '\\"',
      '\\\\',
      '\\\\"',
      'a"',
      '{"k": "v"}\n',
      'plain ',
      'é',
      '\u{1f600}',
      '[',
      '},',
    ),
    fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 300 })),
  )
  .map(([piece, times]) => piece.repeat(times));
const text = fc.array(run, { maxLength: 12 }).map((runs) => runs.join(''));
const numbers = fc
  .tuple(fc.constantFrom(1, -2.5, 1e-7, true, null), fc.nat(3_000))
  .map(([value, times]) => Array.from({ length: times }, () => value));
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    text,
    numbers,
    fc.array(tie('tree'), { maxLength: 5 }),
    fc.dictionary(fc.string({ maxLength: 50 }), tie('tree'), { maxKeys: 5 }),
  ),
}));
/** Where the bytes begin in memory decides how they are read: each remainder of four must do. */
const shift = fc.nat(7);

function shifted(bytes: Buffer, by: number): Buffer {
  const room = Buffer.alloc(bytes.length + 8, '"');
  bytes.copy(room, by);
  return room.subarray(by, by + bytes.length);
}

describe('the scanner agrees with a plain walk', () => {
  it('on strings', () => {
    fc.assert(
      fc.property(text, text, shift, (inside, after, by) => {
        const bytes = shifted(Buffer.from(`${JSON.stringify(inside)}${after}`), by);
        const end = stringEnd(bytes, 0);
        expect(JSON.parse(bytes.toString('utf8', 0, end))).toBe(inside);
        expect(skipString(bytes, 0)).toBe(end);
      }),
      { numRuns: 500 },
    );
  });

  it('on any number of backslashes before a quote, wherever it stands in a word', () => {
    for (let pad = 0; pad < 200; pad++) {
      for (let slashes = 0; slashes < 8; slashes++) {
        const dense = `"${'a\\"'.repeat(60)}${'b'.repeat(pad)}${'\\'.repeat(slashes)}`;
        const bytes = shifted(Buffer.from(`${dense}"${'c\\"'.repeat(99)}"`), pad % 4);
        if (skipString(bytes, 0) !== stringEnd(bytes, 0)) expect.fail(`${pad} bytes, ${slashes} backslashes`);
      }
    }
  });

  it('on runs of numbers of any length', () => {
    for (const pieces of [0, 1, 2]) {
      for (let length = pieces * 4096; length < pieces * 4096 + 270; length++) {
        for (const end of [']', '[]]', '"]"]', '{}]', '']) {
          const bytes = Buffer.from(`[${'1'.repeat(length)}${end}`);
          if (skipNested(bytes, 0) !== nestedEnd(bytes, 0)) expect.fail(`${length} bytes before ${end}`);
        }
      }
    }
  });

  it('on bytes that need not be a string', () => {
    fc.assert(
      fc.property(text, shift, (raw, by) => {
        const bytes = shifted(Buffer.from(`"${raw}`), by);
        expect(skipString(bytes, 0)).toBe(stringEnd(bytes, 0));
        expect(skipNested(bytes, 0)).toBe(nestedEnd(bytes, 0));
      }),
      { numRuns: 1_000 },
    );
  });

  it('on objects and lists, whole, indented, cut off or with a byte spoilt', () => {
    const flaw = fc.record({
      cut: fc.nat(),
      at: fc.nat(),
      byte: fc.constantFrom(...Buffer.from('"\\[]{}a,')),
    });
    fc.assert(
      fc.property(
        fc.array(tree, { maxLength: 6 }),
        fc.nat(2),
        shift,
        flaw,
        (value, indent, by, { cut, at, byte }) => {
          const bytes = shifted(Buffer.from(JSON.stringify(value, null, indent)), by);
          expect(skipNested(bytes, 0)).toBe(bytes.length);
          const part = bytes.subarray(0, cut % bytes.length);
          expect(skipNested(part, 0)).toBe(nestedEnd(part, 0));
          bytes[at % bytes.length] = byte;
          expect(skipNested(bytes, 0)).toBe(nestedEnd(bytes, 0));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('on a body, of which one value changes', () => {
    fc.assert(
      fc.property(tree, text, shift, (messages, last, by) => {
        const [head, tail] = [
          `{"messages":${JSON.stringify(messages)},"model":`,
          `,"z":${JSON.stringify(last)}}`,
        ];
        const body = shifted(Buffer.from(`${head}"old"${tail}`), by);
        expect(splice(body, { model: '"new"' }).toString()).toBe(`${head}"new"${tail}`);
      }),
      { numRuns: 300 },
    );
  });
});
