// Undoes the content coding of a request body, within the size limit (a small body can unpack to a huge one).
import type { Transform } from 'node:stream';
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
  type Zlib,
} from 'node:zlib';
import { type Denial, isDenial } from '../denial.ts';

/** Of the decoded body. */
export const LARGEST_BODY = 64 * 1024 * 1024;
/** Each may unpack to a full body; nobody has a reason for more. */
const MOST_CODINGS = 3;
/** Each costs a decoder of its own, and an empty one has 9 bytes. */
const MOST_FRAMES = 1_024;

type Decoder = Transform & Zlib;

/** Gives a decoder for the bytes that follow: of gzip it reads all members, of the others one stream or frame. */
const DECODERS: ReadonlyMap<string, (bytes: Buffer) => Decoder> = new Map<string, (bytes: Buffer) => Decoder>(
  [
    ['gzip', () => createGunzip()],
    ['x-gzip', () => createGunzip()],
    // RFC 9110 says zlib format; some clients send it bare. The first byte of zlib data is 0x?8.
    ['deflate', (bytes) => ((bytes[0] ?? 0) % 16 === 8 ? createInflate() : createInflateRaw())],
    ['br', () => createBrotliDecompress()],
    ['zstd', () => createZstdDecompress()],
  ],
);

/** The decoded body, or 400 (bad data), 413 (unpacks to too much), 415 (unknown coding, or too many of them). */
export async function decodeBody(body: Buffer, contentEncoding: string): Promise<Buffer | Denial> {
  const codings = contentEncoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > MOST_CODINGS) {
    const problem = `The body has ${codings.length} content encodings; at most ${MOST_CODINGS} are undone.`;
    return { denied: 'encoding_unsupported', facts: { problem } };
  }
  let decoded: Buffer = body;
  for (const coding of codings.reverse()) {
    const result = await decodeOnce(decoded, coding);
    if (isDenial(result)) return result;
    decoded = result;
  }
  return decoded;
}

async function decodeOnce(body: Buffer, coding: string): Promise<Buffer | Denial> {
  const decoderOf = DECODERS.get(coding);
  if (!decoderOf) {
    const problem = `The content encoding '${coding.slice(0, 40)}' is not supported; use gzip, deflate, br or zstd.`;
    return { denied: 'encoding_unsupported', facts: { problem } };
  }
  const unpacked = new Unpacked();
  // RFC 8878 §3.1: frames may follow each other. Nothing may follow what is one stream.
  const most = coding === 'zstd' ? MOST_FRAMES : 1;
  try {
    let rest = body;
    for (let frames = 1; ; frames++) {
      const decoder = decoderOf(rest);
      if (!(await unpacked.takeAll(decoder.end(rest)))) return TOO_MUCH;
      rest = rest.subarray(decoder.bytesWritten);
      if (rest.length === 0) return unpacked.whole();
      if (frames === most) return badData(coding);
    }
  } catch {
    return badData(coding);
  }
}

const TOO_MUCH: Denial = {
  denied: 'body_too_large',
  facts: { problem: `The request body unpacks to more than ${LARGEST_BODY / 1024 / 1024} MB.` },
};

function badData(coding: string): Denial {
  return { denied: 'bad_encoding', facts: { problem: `The request body is not valid ${coding} data.` } };
}

/** What has come out so far, of all frames together. */
class Unpacked {
  readonly #pieces: Buffer[] = [];
  #bytes = 0;

  /** @returns false once it is more than a body may be. @throws when it is no such data */
  async takeAll(decoder: Decoder): Promise<boolean> {
    const pieces: AsyncIterable<Buffer> = decoder;
    for await (const piece of pieces) {
      this.#bytes += piece.length;
      if (this.#bytes > LARGEST_BODY) return false;
      this.#pieces.push(piece);
    }
    return true;
  }

  whole(): Buffer {
    const [first] = this.#pieces;
    return this.#pieces.length === 1 && first ? first : Buffer.concat(this.#pieces);
  }
}
