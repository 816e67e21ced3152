// Writes the events of one answer: what comes in one turn leaves as one chunk of HTTP/1.1, framed here and in one piece.
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { atTurnEnd, type Writes } from '../turn-end.ts';

/** Up to this size a copy is cheaper than handing several buffers to the kernel. */
const LARGEST_COPY = 32 * 1024;
const CRLF = Buffer.from('\r\n');

/**
 * The head and the first bytes go through the response; what follows goes straight to its socket, where it can
 * (RFC 9112, 7.1: size in hexadecimal, CRLF, bytes, CRLF). `response.write` makes three writes of each piece.
 */
export class EventWriter implements Writes {
  readonly #res: ServerResponse;
  readonly #onDrain: () => void;
  #begun = false;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #full = false;

  /** @param onDrain the client has read what was waiting, after a `write` that gave false */
  constructor(res: ServerResponse, onDrain: () => void) {
    this.#res = res;
    this.#onDrain = onDrain;
  }

  /** True while the client is slower than the upstream. */
  get full(): boolean {
    return this.#full;
  }

  /** @returns false when no more should come until the drain. The head must have been given to the response. */
  write(bytes: Buffer): boolean {
    if (!this.#begun) {
      this.#begun = true;
      return this.#took(this.#res.write(bytes), this.#res);
    }
    const socket = this.#socket();
    if (socket === null) return this.#took(this.#res.write(bytes), this.#res);
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pending.length === 1) atTurnEnd(this);
    if (this.#pendingBytes + socket.writableLength >= socket.writableHighWaterMark) this.flush();
    return !this.#full;
  }

  /** Sends what this turn has gathered; to be called before the response is ended. */
  flush(): void {
    const pieces = this.#pending;
    if (pieces.length === 0) return;
    const bytes = this.#pendingBytes;
    this.#pending = [];
    this.#pendingBytes = 0;
    const socket = this.#socket();
    if (socket !== null) this.#took(writeChunk(socket, pieces, bytes), socket);
    else for (const piece of pieces) this.#took(this.#res.write(piece), this.#res);
  }

  turnEnded(): void {
    this.flush();
  }

  /** The socket, when the next chunk may be written to it: an HTTP/1.1 client, and this answer's turn on it. */
  #socket(): Socket | null {
    const { socket } = this.#res;
    return this.#res.chunkedEncoding && socket?.writable ? socket : null;
  }

  #took(took: boolean, sink: ServerResponse | Socket): boolean {
    if (took) return true;
    if (!this.#full) {
      this.#full = true;
      sink.once('drain', () => {
        this.#full = false;
        this.#onDrain();
      });
    }
    return false;
  }
}

function writeChunk(socket: Socket, pieces: readonly Buffer[], bytes: number): boolean {
  const size = `${bytes.toString(16)}\r\n`;
  if (bytes <= LARGEST_COPY) {
    const chunk = Buffer.allocUnsafe(size.length + bytes + 2);
    let at = chunk.write(size, 'latin1');
    for (const piece of pieces) at += piece.copy(chunk, at);
    chunk[at] = 0x0d;
    chunk[at + 1] = 0x0a;
    return socket.write(chunk);
  }
  socket.cork();
  socket.write(size, 'latin1');
  for (const piece of pieces) socket.write(piece);
  const took = socket.write(CRLF);
  socket.uncork();
  return took;
}
