// Reads one answer off a socket: its head, its framing, and whether its bytes are the expected ones.
import type { AnswerTemplate } from './answers.ts';
import { readHead } from './head.ts';

export type ReaderState = 'head' | 'body' | 'done' | 'broken';

const NOTHING = Buffer.alloc(0);
const LF = 0x0a;

/** Fed with bytes until `state` is `done` or `broken`. */
export class AnswerReader {
  state: ReaderState = 'head';
  status = 0;
  /** The connection can't be used again. */
  closes = false;
  /** Every byte so far was the expected one. */
  equal = true;
  /** Events that have come whole. */
  events = 0;
  /** Body bytes that have come. */
  position = 0;
  readonly #expected: Buffer;
  readonly #template: AnswerTemplate;
  #head: Buffer = NOTHING;
  #left = 0;
  #chunked = false;
  /** A chunk's size line that is not yet whole; null inside a chunk's data. */
  #line: string | null = null;
  #last = false;

  constructor(template: AnswerTemplate, expected: Buffer) {
    this.#template = template;
    this.#expected = expected;
  }

  /** Whole: the framing has ended and nothing of the expected bytes is missing. */
  get whole(): boolean {
    return this.state === 'done' && this.position === this.#expected.length;
  }

  take(bytes: Buffer): void {
    let at = 0;
    if (this.state === 'head') {
      const start = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
      const head = readHead(start);
      if (!head) {
        this.#head = Buffer.from(start);
        return;
      }
      at = head.bodyAt - this.#head.length;
      this.status = head.status;
      this.closes = head.closes;
      this.#chunked = head.chunked;
      this.#left = head.length ?? 0;
      this.#line = head.chunked ? '' : null;
      this.state = head.chunked || this.#left > 0 ? 'body' : 'done';
    }
    while (at < bytes.length && this.state === 'body') {
      at = this.#line === null ? this.#data(bytes, at) : this.#size(bytes, at);
    }
  }

  #data(bytes: Buffer, from: number): number {
    const to = Math.min(from + this.#left, bytes.length);
    this.#compare(bytes, from, to);
    this.#left -= to - from;
    if (this.#left === 0) {
      if (this.#chunked) this.#line = '';
      else this.state = 'done';
    }
    return to;
  }

  /** Size lines: the line break that closes a chunk is an empty one before the next size. */
  #size(bytes: Buffer, from: number): number {
    const end = bytes.indexOf(LF, from);
    if (end === -1) {
      this.#line += bytes.toString('latin1', from);
      return bytes.length;
    }
    const line = (this.#line + bytes.toString('latin1', from, end)).trim();
    this.#line = '';
    if (line === '') {
      if (this.#last) this.state = 'done';
      return end + 1;
    }
    this.#left = Number.parseInt(line, 16);
    if (Number.isNaN(this.#left)) this.state = 'broken';
    else if (this.#left === 0) this.#last = true;
    else this.#line = null;
    return end + 1;
  }

  #compare(bytes: Buffer, from: number, to: number): void {
    const end = this.position + to - from;
    if (this.status !== 200) {
      this.position = end;
      return;
    }
    if (end > this.#expected.length || this.#expected.compare(bytes, from, to, this.position, end) !== 0) {
      this.equal = false;
    }
    this.position = end;
    const { ends } = this.#template;
    while (this.events < ends.length && (ends[this.events] ?? 0) <= end) this.events++;
  }
}
