// Promise: what is compressed is unpacked whole or refused: nothing of it is dropped, and never more than a body may be.
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  type InputType,
  zstdCompressSync,
} from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeBody } from './decode.ts';

const MB = 1024 * 1024;
const both = (...parts: Buffer[]): Buffer => Buffer.concat(parts);
const decoded = async (body: Buffer, coding: string): Promise<string> =>
  String(await decodeBody(body, coding));
const refusal = (coding: string) => ({
  denied: 'bad_encoding',
  facts: { problem: `The request body is not valid ${coding} data.` },
});

const CODINGS: [string, string, (bytes: InputType) => Buffer][] = [
  ['gzip', 'gzip', gzipSync],
  ['deflate', 'deflate', deflateSync],
  ['bare deflate', 'deflate', deflateRawSync],
  ['br', 'br', brotliCompressSync],
  ['zstd', 'zstd', zstdCompressSync],
];
/** Frame and output buffer of a decoder end together at 16 KB: the next frame then goes into the same decoder. */
const SIZES = [1, 16_383, 16_384, 16_385, 100_000];

describe('several members or frames', () => {
  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('of %s are all unpacked, in their order', async (coding, pack) => {
    for (const size of SIZES) {
      const parts = ['a', 'b', 'c'].map((letter) => letter.repeat(size));
      const body = both(...parts.map((part) => pack(part)));
      expect((await decoded(body, coding)) === parts.join(''), `${size}`).toBe(true);
    }
  });

  it('frames of zstd that hold nothing, or what is to be skipped, take nothing from those that do', async () => {
    const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2]);
    const empty = zstdCompressSync('');
    const body = both(skipped, zstdCompressSync('a'), empty, skipped, zstdCompressSync('b'), skipped);
    expect(await decoded(body, 'zstd')).toBe('ab');
  });

  it('one that was cut is no data', async () => {
    for (const [, coding, pack] of CODINGS) {
      const body = both(pack('a'.repeat(500)), pack('b'.repeat(500)).subarray(0, -2));
      expect(await decodeBody(body, coding)).toEqual(refusal(coding));
    }
  });

  it('more of them than anybody sends are not begun', async () => {
    const frames = (count: number) => both(...Array.from({ length: count }, () => zstdCompressSync('')));
    expect(await decoded(frames(1_024), 'zstd')).toBe('');
    expect(await decodeBody(frames(1_025), 'zstd')).toEqual(refusal('zstd'));
  });
});

describe.each(CODINGS)('after the end of %s', (_name, coding, pack) => {
  it.each([
    ['letters', Buffer.from('{"more":1}')],
    ['one byte', Buffer.from('x')],
    ['zeros', Buffer.alloc(8)],
    ['zeros and letters', Buffer.from('\0\0more')],
  ])('%s are no such data', async (_what, tail) => {
    for (const size of SIZES)
      expect(await decodeBody(both(pack('a'.repeat(size)), tail), coding)).toEqual(refusal(coding));
  });
});

it.each(['br', 'deflate'])('a second stream of %s is no such data', async (coding) => {
  const pack = coding === 'br' ? brotliCompressSync : deflateSync;
  expect(await decodeBody(both(pack('a'), pack('b')), coding)).toEqual(refusal(coding));
});

describe('the limit', () => {
  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('counts all parts of %s together', async (coding, pack) => {
    const half = pack(Buffer.alloc(32 * MB));
    expect(await decodeBody(both(half, half), coding)).toHaveLength(64 * MB);
    const bombLast = both(pack('x'), pack(Buffer.alloc(64 * MB)));
    expect(await decodeBody(bombLast, coding)).toMatchObject({ denied: 'body_too_large' });
  });
});

describe('several codings', () => {
  it('are undone from the last to the first', async () => {
    const body = zstdCompressSync(brotliCompressSync(gzipSync('a')));
    expect(await decoded(body, 'gzip, BR,identity ,zstd')).toBe('a');
    expect(await decodeBody(body, 'zstd, br, gzip')).toEqual(refusal('gzip'));
  });

  it('more than three are refused before any is undone', async () => {
    const answer = await decodeBody(Buffer.from('nonsense'), 'gzip, gzip, gzip, gzip');
    expect(answer).toMatchObject({ denied: 'encoding_unsupported' });
  });
});
