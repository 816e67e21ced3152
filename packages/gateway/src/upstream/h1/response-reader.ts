// One HTTP/1.1 response, from the bytes of its connection as they come to head, content and end.
import type { IncomingHttpHeaders } from 'node:http';
import { ChunkReader } from './chunk-reader.ts';
import {
  checkUnfinished,
  type ResponseHead,
  ResponseSyntaxError,
  readResponseHead,
} from './response-head.ts';

/** Told what a response says; the bytes of `data` are the receiver's own. */
export type ResponseReceiver = {
  head(status: number, headers: IncomingHttpHeaders): void;
  data(content: Buffer): void;
};

const HEAD_END = Buffer.from('\r\n\r\n');
const LARGEST_HEAD = 64 * 1024;
/** Informational answers before the real one; a server that sends more does not get on. */
const MOST_INFORMATIONAL = 16;
const EMPTY = Buffer.alloc(0);

export class ResponseReader {
  readonly #receiver: ResponseReceiver;
  /** Of the head, as long as its end has not come. */
  #carry = EMPTY;
  #head: ResponseHead | null = null;
  #chunks: ChunkReader | null = null;
  /** Of a body that is counted. */
  #left = 0;
  #informational = 0;
  #done = false;

  constructor(receiver: ResponseReceiver) {
    this.#receiver = receiver;
  }

  /** The whole response has come. */
  get done(): boolean {
    return this.#done;
  }

  /** Whether some of the response has come. */
  get begun(): boolean {
    return this.#head !== null || this.#carry.length > 0 || this.#informational > 0;
  }

  /** Whether the connection serves another request once the response is whole. */
  get keepAlive(): boolean {
    return this.#head?.keepAlive ?? false;
  }

  /** How long the server says it keeps the connection without a request, in ms. */
  get idleMs(): number | null {
    return this.#head?.idleMs ?? null;
  }

  /** Reads on; `source` is the caller's again afterwards. @returns how many bytes were the response's. @throws ResponseSyntaxError */
  read(source: Buffer): number {
    let at = 0;
    while (this.#head === null) {
      const next = this.#readHead(source, at);
      if (next === null) return source.length;
      at = next;
    }
    if (this.#done || at === source.length) return at;
    if (this.#chunks) return this.#readChunks(this.#chunks, source, at);
    const to = Math.min(source.length, at + this.#left);
    this.#left -= to - at;
    if (this.#left === 0) this.#done = true;
    this.#receiver.data(Buffer.from(source.subarray(at, to)));
    return to;
  }

  /** The connection has ended. @returns whether that ends the response as it should be */
  end(): boolean {
    if (this.#head?.body === 'until_close') this.#done = true;
    return this.#done;
  }

  /** @returns where the head ends; null when more of it must come first */
  #readHead(source: Buffer, from: number): number | null {
    const carried = this.#carry.length;
    const bytes = carried === 0 ? source.subarray(from) : Buffer.concat([this.#carry, source.subarray(from)]);
    const end = bytes.indexOf(HEAD_END, Math.max(0, carried - HEAD_END.length + 1));
    if (Math.max(end, end === -1 ? bytes.length : 0) > LARGEST_HEAD)
      throw new ResponseSyntaxError('The head of the response is too long.');
    if (end === -1) {
      checkUnfinished(bytes.toString('latin1'));
      this.#carry = Buffer.from(bytes);
      return null;
    }
    this.#carry = EMPTY;
    const head = readResponseHead(bytes.toString('latin1', 0, end));
    if (head.status < 200) this.#inform(head);
    else this.#begin(head);
    return from + end + HEAD_END.length - carried;
  }

  #inform(head: ResponseHead): void {
    if (head.status === 101) throw new ResponseSyntaxError('The upstream wants to speak another protocol.');
    if (++this.#informational > MOST_INFORMATIONAL)
      throw new ResponseSyntaxError('The upstream sends no answer, only informational ones.');
  }

  #begin(head: ResponseHead): void {
    this.#head = head;
    if (head.body === 'chunked') this.#chunks = new ChunkReader();
    else this.#left = head.body === 'until_close' ? Number.POSITIVE_INFINITY : head.body;
    if (this.#left === 0 && !this.#chunks) this.#done = true;
    this.#receiver.head(head.status, head.headers);
  }

  /** What one read brought leaves as one piece, however many chunks it is. */
  #readChunks(chunks: ChunkReader, source: Buffer, from: number): number {
    const target = Buffer.allocUnsafe(source.length - from);
    const { read, wrote } = chunks.read(source, { from, to: source.length }, { target, at: 0 });
    this.#done = chunks.done;
    if (wrote > 0) this.#receiver.data(target.subarray(0, wrote));
    return read;
  }
}
