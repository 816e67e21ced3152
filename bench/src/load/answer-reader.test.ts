// A bench that can't see a wrong answer proves nothing: what the reader must notice.
import { expect, it } from 'vitest';
import { AnswerReader } from './answer-reader.ts';
import { fillAnswer, streamAnswer } from './answers.ts';
import { Framer } from './framing.ts';

const NONCE = '000000000042';
const template = streamAnswer('anthropic', 3);
const sent = new Framer().stream(template, NONCE).bytes;

function read(bytes: Buffer, pieceBytes: number): AnswerReader {
  const reader = new AnswerReader(template, fillAnswer(template, NONCE));
  for (let at = 0; at < bytes.length; at += pieceBytes) reader.take(bytes.subarray(at, at + pieceBytes));
  return reader;
}

it.each([1, 2, 7, 100, 100_000])(
  'a stream is whole and equal when it comes in pieces of %i bytes',
  (size) => {
    const { whole, equal, status, events } = read(sent, size);
    expect({ whole, equal, status, events }).toEqual({ whole: true, equal: true, status: 200, events: 8 });
  },
);

it('one changed byte is seen', () => {
  const changed = Buffer.from(sent);
  changed[changed.indexOf('text_delta')] = 0x58;
  expect(read(changed, 64).equal).toBe(false);
});

it("another exchange's bytes are not equal", () => {
  expect(read(new Framer().stream(template, '000000000043').bytes, 64).equal).toBe(false);
});

it('a stream without its last chunk is not whole', () => {
  expect(read(sent.subarray(0, -5), 64).whole).toBe(false);
});

it('a well-framed stream that lacks its last event is not whole', () => {
  const shorter = streamAnswer('anthropic', 2);
  expect(read(new Framer().stream(shorter, NONCE).bytes, 64).whole).toBe(false);
});
