// Takes the framing off a body in chunks (RFC 9112, 7.1), wherever its bytes are cut.
import { checkTrailerLine, ResponseSyntaxError } from './response-head.ts';

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;
const TAB = 0x09;
const FIRST_PRINTABLE = 0x20;
const DELETE = 0x7f;
/** 2^44 − 1: no body is longer. */
const MOST_DIGITS = 11;
/** Of one chunk. */
const LONGEST_EXTENSION = 4 * 1024;
const LONGEST_TRAILER = 16 * 1024;

type State = 'size' | 'extension' | 'size_lf' | 'data' | 'data_cr' | 'data_lf' | 'trailer' | 'done';

/** One body. What follows its end stays unread. */
export class ChunkReader {
  #state: State = 'size';
  #digits = 0;
  /** Of the chunk: first read, then counted down. */
  #left = 0;
  /** Bytes of the chunk's extension or of the trailer, which nobody needs. */
  #ignored = 0;
  /** The trailer's line so far. */
  #line = '';

  get done(): boolean {
    return this.#state === 'done';
  }

  /**
   * Copies the content of `source[from, to)` into `target` at `at`.
   * @returns how far it read and wrote. @throws ResponseSyntaxError
   */
  read(
    source: Buffer,
    range: { from: number; to: number },
    into: { target: Buffer; at: number },
  ): { read: number; wrote: number } {
    let { from } = range;
    let { at } = into;
    while (from < range.to && this.#state !== 'done') {
      if (this.#state === 'data') {
        const bytes = Math.min(this.#left, range.to - from);
        source.copy(into.target, at, from, from + bytes);
        at += bytes;
        from += bytes;
        this.#left -= bytes;
        if (this.#left === 0) this.#state = 'data_cr';
      } else {
        this.#frame(source[from] ?? 0);
        from++;
      }
    }
    return { read: from, wrote: at };
  }

  #frame(byte: number): void {
    switch (this.#state) {
      case 'size':
        this.#size(byte);
        return;
      case 'extension':
        this.#extension(byte);
        return;
      case 'size_lf':
        this.#want(byte, LF);
        this.#ignored = 0;
        this.#state = this.#left === 0 ? 'trailer' : 'data';
        return;
      case 'data_cr':
        this.#want(byte, CR);
        this.#state = 'data_lf';
        return;
      case 'data_lf':
        this.#want(byte, LF);
        this.#state = 'size';
        this.#digits = 0;
        return;
      case 'trailer':
        this.#trailer(byte);
        return;
      case 'data':
      case 'done':
        return;
    }
  }

  #size(byte: number): void {
    const digit = digitOf(byte);
    if (digit !== -1) {
      this.#left = this.#left * 16 + digit;
      if (++this.#digits > MOST_DIGITS) throw new ResponseSyntaxError('A chunk of the response is too long.');
      return;
    }
    if (this.#digits === 0) throw new ResponseSyntaxError('A chunk of the response has no size.');
    if (byte === CR) this.#state = 'size_lf';
    else if (byte === SEMICOLON) this.#state = 'extension';
    else throw new ResponseSyntaxError('A chunk of the response has a size that is no number.');
  }

  #extension(byte: number): void {
    if (byte === CR) this.#state = 'size_lf';
    else if (isControl(byte) || ++this.#ignored > LONGEST_EXTENSION)
      throw new ResponseSyntaxError('A chunk of the response has an extension that can not be read.');
  }

  #trailer(byte: number): void {
    if (++this.#ignored > LONGEST_TRAILER)
      throw new ResponseSyntaxError('The response has an endless trailer.');
    this.#line += String.fromCharCode(byte);
    if (byte !== LF) return;
    if (this.#line === '\r\n') this.#state = 'done';
    else if (this.#line.endsWith('\r\n')) checkTrailerLine(this.#line.slice(0, -2));
    else throw new ResponseSyntaxError('The trailer of the response has a stray line feed.');
    this.#line = '';
  }

  #want(byte: number, wanted: number): void {
    if (byte !== wanted) throw new ResponseSyntaxError('A chunk of the response does not end where it says.');
  }
}

function isControl(byte: number): boolean {
  return (byte < FIRST_PRINTABLE && byte !== TAB) || byte === DELETE;
}

function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
