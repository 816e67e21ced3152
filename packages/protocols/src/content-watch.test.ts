// Promise: keep-alives are never taken for content, and content always is, however a stream is cut.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContentWatch } from './content-watch.ts';

const KEEP_ALIVES = [
  'event: ping\ndata: {"type": "ping"}\n\n',
  'event:ping\ndata:{}\n\n',
  'event: ping\r\ndata: {}\r\n\r\n',
  'event: ping\r\nid: 1\r\ndata: {}\n\r\n',
  ': OPENROUTER PROCESSING\n\n',
  ': one line\n',
  ':\r\n\r\n',
  ': a comment\nevent: ping\ndata: {}\n\n',
  '\n',
  '\r\n',
];
const CONTENTS = [
  'data: {"a":1}\n\n',
  'event: message_start\ndata: {}\n\n',
  'event: message_stop\r\ndata: {}\r\n\r\n',
  'event:\ndata: x\n\n',
  'event: pi\ndata: x\n\n',
  'data: x\n: comment\n: another\n\n',
  'data: x\nevent: ping\n\n',
  ': comment\ndata: x\n\n',
  `data: ${'z'.repeat(2_000)}\n\n`,
  `event: ping\ndata: ${'z'.repeat(600)}\n\n`,
];

/** Reads `text` cut at the offsets. @returns whether each piece had content */
function read(watch: ContentWatch, text: string, cuts: readonly number[]): boolean[] {
  const bytes = Buffer.from(text);
  const edges = [0, ...[...cuts].filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, index) => watch.push(bytes.subarray(edges[index], edge)));
}

const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 60 });
const before = fc.array(fc.constantFrom(...CONTENTS, ...KEEP_ALIVES), { maxLength: 6 });

describe('in pieces of any size', () => {
  it('keep-alives are no content, whatever came before them', () => {
    const keepAlives = fc.array(fc.constantFrom(...KEEP_ALIVES), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(before, cuts, keepAlives, cuts, (events, first, after, second) => {
        const watch = new ContentWatch();
        read(watch, events.join(''), first);
        expect(read(watch, after.join(''), second)).not.toContain(true);
      }),
      { numRuns: 500 },
    );
  });

  it('an event with content is, whatever came before it', () => {
    fc.assert(
      fc.property(before, cuts, fc.constantFrom(...CONTENTS), cuts, (events, first, event, second) => {
        const watch = new ContentWatch();
        read(watch, events.join(''), first);
        expect(read(watch, event, second)).toContain(true);
      }),
      { numRuns: 500 },
    );
  });

  it('a stream cut nowhere but between pieces of content and keep-alives is told apart piece by piece', () => {
    const pieces = fc.array(fc.constantFrom(...CONTENTS, ...KEEP_ALIVES), { maxLength: 12 });
    fc.assert(
      fc.property(pieces, (all) => {
        const watch = new ContentWatch();
        expect(all.map((piece) => watch.push(Buffer.from(piece)))).toEqual(
          all.map((piece) => CONTENTS.includes(piece)),
        );
      }),
    );
  });
});

it.each([': ', 'event: ping\ndata: '])(
  'what begins with %j is content from the byte on that no keep-alive has',
  (start) => {
    const watch = new ContentWatch();
    watch.push(Buffer.from(start));
    const piece = Buffer.from('z');
    let more = 0;
    while (!watch.push(piece)) more++;
    expect(start.length + more).toBe(512);
    expect(watch.push(piece)).toBe(true);
    expect(watch.push(Buffer.from('\n\n'))).toBe(true);
    expect(watch.push(Buffer.from(': c\n\n'))).toBe(false);
  },
);

it('a byte at a time, every event ends where it does', () => {
  const long = Array.from({ length: 20 }, (_, more) => `event: ping\ndata: ${'z'.repeat(480 + more)}\n\n`);
  for (const event of [...CONTENTS, ...long])
    for (const keepAlive of KEEP_ALIVES) {
      const watch = new ContentWatch();
      for (const byte of Buffer.from(event)) watch.push(Buffer.of(byte));
      const after = Array.from(Buffer.from(keepAlive), (byte) => watch.push(Buffer.of(byte)));
      expect({ event, keepAlive, content: after.includes(true) }).toEqual({
        event,
        keepAlive,
        content: false,
      });
    }
});

it('every piece of a long event counts', () => {
  const watch = new ContentWatch();
  const event = `data: ${':x\n'.repeat(300)}`;
  expect(
    read(
      watch,
      event,
      Array.from({ length: 300 }, (_, index) => 3 * index + 3),
    ),
  ).not.toContain(false);
});
