// Records on disk: a mark, the payload's length and checksum, the payload. Damage costs only the records it touches.
import { crc32 } from 'node:zlib';

/** Starts each record. UTF-8 never contains these bytes, so a reader that lost its place finds the next record by them. */
const MARK = Buffer.from([0xff, 0xfe, 0xfd, 0xfc]);
const LENGTH_AT = 4;
const CRC_AT = 8;
const HEAD_BYTES = 12;
const FIRST_BYTES = 64 * 1024;
/** A larger buffer than this is not kept: it was made for a rare batch. */
const KEPT_BYTES = 1024 * 1024;

/** UTF-8 that lies in `bytes` already, from `start` to `end`, and what stands around it. */
export type Stretch = {
  readonly before: Buffer;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly after: Buffer;
};

/** What a record says. */
export type Payload = string | Stretch;

/** About as many bytes as it takes. */
export function sizeOf(payload: Payload): number {
  return typeof payload === 'string' ? payload.length : stretchBytes(payload);
}

function stretchBytes({ before, start, end, after }: Stretch): number {
  return before.length + end - start + after.length;
}

/** Puts the records of several payloads one behind the other, so that one write takes them all. */
export type Framer = {
  /** Adds a record; gives the number of bytes up to its end. */
  add(payload: Payload): number;
  /** The records that were added since the last call; the bytes are used again by the next `add`. */
  take(): Buffer;
};

export function createFramer(): Framer {
  let scratch: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  let end = 0;
  return {
    add(payload) {
      const start = end + HEAD_BYTES;
      scratch = roomFor(scratch, { used: end, wanted: start + mostBytes(payload) });
      const length = writePayload(payload, scratch, start);
      MARK.copy(scratch, end);
      scratch.writeUInt32LE(length, end + LENGTH_AT);
      scratch.writeUInt32LE(crc32(scratch.subarray(start, start + length)), end + CRC_AT);
      end = start + length;
      return end;
    },
    take() {
      const records = scratch.subarray(0, end);
      end = 0;
      if (scratch.length > KEPT_BYTES) scratch = Buffer.allocUnsafe(FIRST_BYTES);
      return records;
    },
  };
}

/** A UTF-16 unit takes at most three bytes of UTF-8. */
function mostBytes(payload: Payload): number {
  return typeof payload === 'string' ? payload.length * 3 : stretchBytes(payload);
}

/** @returns how many bytes it took */
function writePayload(payload: Payload, target: Buffer, at: number): number {
  if (typeof payload === 'string') return target.write(payload, at);
  const { before, bytes, start, end, after } = payload;
  const begin = at + before.copy(target, at);
  return begin + bytes.copy(target, begin, start, end) + after.copy(target, begin + end - start) - at;
}

/** The buffer itself where it is large enough, else a larger one that begins with what is used of it. */
function roomFor(buffer: Buffer, { used, wanted }: { used: number; wanted: number }): Buffer {
  if (buffer.length >= wanted) return buffer;
  const larger = Buffer.allocUnsafe(Math.max(wanted, buffer.length * 2));
  buffer.copy(larger, 0, 0, used);
  return larger;
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
