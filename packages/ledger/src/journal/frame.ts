// Records on disk: a mark, the payload's length and checksum, the payload. Damage costs only the records it touches.
import { crc32 } from 'node:zlib';

/** Starts each record. UTF-8 never contains these bytes, so a reader that lost its place finds the next record by them. */
const MARK = Buffer.from([0xff, 0xfe, 0xfd, 0xfc]);
const LENGTH_AT = 4;
const CRC_AT = 8;
const HEAD_BYTES = 12;
const FIRST_BYTES = 64 * 1024;

export type Framer = {
  /** The record of a text; the buffer is used again by the next call. */
  frame(text: string): Buffer;
};

export function createFramer(): Framer {
  let scratch = Buffer.allocUnsafe(FIRST_BYTES);
  MARK.copy(scratch);
  return {
    frame(text) {
      // A UTF-16 unit takes at most three bytes of UTF-8.
      const most = HEAD_BYTES + text.length * 3;
      if (scratch.length < most) {
        scratch = Buffer.allocUnsafe(most);
        MARK.copy(scratch);
      }
      const length = scratch.write(text, HEAD_BYTES);
      const end = HEAD_BYTES + length;
      scratch.writeUInt32LE(length, LENGTH_AT);
      scratch.writeUInt32LE(crc32(scratch.subarray(HEAD_BYTES, end)), CRC_AT);
      return scratch.subarray(0, end);
    },
  };
}

export type Frames = {
  /** Payloads in the order in which they were written. */
  readonly texts: readonly string[];
  /** Stretches of bytes that are no whole record: 1 for a torn end. */
  readonly damaged: number;
};

/** Reads what a crash, a torn end or a flipped bit left of a segment. */
export function readFrames(bytes: Buffer): Frames {
  const texts: string[] = [];
  let damaged = 0;
  let at = 0;
  while (at < bytes.length) {
    const text = textAt(bytes, at);
    if (text) {
      texts.push(text.toString('utf8'));
      at += HEAD_BYTES + text.length;
      continue;
    }
    damaged++;
    at = nextRecord(bytes, at + 1);
  }
  return { texts, damaged };
}

function textAt(bytes: Buffer, at: number): Buffer | undefined {
  if (at + HEAD_BYTES > bytes.length || !bytes.subarray(at, at + LENGTH_AT).equals(MARK)) return undefined;
  const start = at + HEAD_BYTES;
  const end = start + bytes.readUInt32LE(at + LENGTH_AT);
  if (end > bytes.length) return undefined;
  const text = bytes.subarray(start, end);
  return crc32(text) === bytes.readUInt32LE(at + CRC_AT) ? text : undefined;
}

/** Where the next whole record begins at or after `from`, else the end. */
function nextRecord(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(MARK, from); at !== -1; at = bytes.indexOf(MARK, at + 1)) {
    if (textAt(bytes, at)) return at;
  }
  return bytes.length;
}
