// One connection to an upstream: carries one exchange after the other, and is given up at the first doubt.
import type { IncomingHttpHeaders } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { messageOf } from '@api-proxy/kit/error';
import { atTurnEnd, type Writes } from '../../turn-end.ts';
import type { UpstreamControl, UpstreamHandler } from '../handler.ts';
import { LARGEST_READ, type Origin, openSocket } from './open-socket.ts';
import { ResponseReader } from './response-reader.ts';

/** A request, ready to be written, and whoever is told of its response. */
export type Outgoing = {
  /** One character for each byte. */
  readonly head: string;
  /** Let go when it was written. */
  body: Buffer | null;
  readonly handler: UpstreamHandler;
  readonly control: UpstreamControl;
};

export type ConnectionInput = {
  readonly origin: Origin;
  readonly lookup: LookupFunction | undefined;
  readonly session: Buffer | undefined;
  readonly connectTimeoutMs: number;
  /** The connection is free for another request; `idleMs` is how long the server says it keeps it. */
  onFree(connection: Connection, idleMs: number | null): void;
  /** It is gone; `stale` when it was used before and gave no byte for its last request. */
  onClosed(connection: Connection, stale: boolean): void;
  onSession(session: Buffer): void;
};

/** Up to this size one copy is cheaper than two pieces for the kernel. */
const LARGEST_COPY = 16 * 1024;

export class Connection implements Writes {
  readonly #input: ConnectionInput;
  #socket: Socket | null = null;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #outgoing: Outgoing | null;
  /** Whether the request under way has been written. */
  #sent = false;
  #reader: ResponseReader;
  #served = 0;
  #paused = false;

  /** Connects for its first request. */
  constructor(first: Outgoing, input: ConnectionInput) {
    this.#input = input;
    this.#outgoing = first;
    this.#reader = this.#newReader();
    this.#timer = setTimeout(() => this.#fail(connectTimeout()), input.connectTimeoutMs);
    openSocket({ ...input, onBytes: (bytes) => this.#onBytes(bytes) }, (opened) => {
      if (opened instanceof Error) this.#fail(opened);
      else this.#opened(opened);
    });
  }

  /** Whether another request may be given to it. */
  get usable(): boolean {
    if (this.#closed || this.#outgoing !== null || !this.#socket) return false;
    return this.#socket.writable && !this.#socket.readableEnded;
  }

  start(outgoing: Outgoing): void {
    this.#outgoing = outgoing;
    this.#sent = false;
    this.#reader = this.#newReader();
    atTurnEnd(this);
  }

  turnEnded(): void {
    this.#send();
  }

  /** Each does nothing for a request that is not, or no longer, the one under way. */
  pause(outgoing: Outgoing): void {
    if (this.#outgoing !== outgoing) return;
    this.#paused = true;
    this.#socket?.pause();
  }

  resume(outgoing: Outgoing): void {
    if (this.#outgoing === outgoing) this.#readOn();
  }

  /** Closes the socket at once; the request's handler is told nothing more. */
  abort(outgoing: Outgoing): void {
    if (this.#outgoing === outgoing) this.destroy();
  }

  /** Closes an idle connection. */
  destroy(): void {
    this.#outgoing = null;
    this.#close(false);
  }

  /** Closes it, and fails the request under way. */
  shut(): void {
    this.#fail(new Error('The pool was closed.'));
  }

  #readOn(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket?.resume();
  }

  #newReader(): ResponseReader {
    return new ResponseReader(this);
  }

  /** Of the reader. */
  head(status: number, headers: IncomingHttpHeaders): void {
    const outgoing = this.#outgoing;
    outgoing?.handler.onResponseStart(outgoing.control, status, headers);
  }

  /** Of the reader. */
  data(content: Buffer): void {
    const outgoing = this.#outgoing;
    outgoing?.handler.onResponseData(outgoing.control, content);
  }

  #opened(socket: Socket): void {
    this.#socket = socket;
    if (this.#closed) {
      socket.on('error', ignored).destroy();
      return;
    }
    socket.once(this.#input.origin.secure ? 'secureConnect' : 'connect', () => this.#onConnect());
    socket.on('error', (error) => this.#fail(error));
    socket.once('end', () => this.#onEnd());
    socket.once('close', () => this.#onEnd());
    if (isTls(socket)) socket.on('session', (session) => this.#input.onSession(session));
  }

  #onConnect(): void {
    clearTimeout(this.#timer);
    this.#send();
  }

  /** Writes the request under way, if there still is one. */
  #send(): void {
    const socket = this.#socket;
    if (!socket || !this.#outgoing) return;
    const { head, body } = this.#outgoing;
    this.#sent = true;
    if (body === null) socket.write(head, 'latin1');
    else if (body.length <= LARGEST_COPY) {
      const bytes = Buffer.allocUnsafe(head.length + body.length);
      bytes.write(head, 'latin1');
      body.copy(bytes, head.length);
      socket.write(bytes);
    } else {
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(body);
      socket.uncork();
    }
    // The answer may take minutes, and nobody sends this again from here.
    this.#outgoing.body = null;
  }

  #onBytes(bytes: Buffer): void {
    if (this.#closed) return;
    // An answer without a question: nothing on this connection can be trusted any more.
    if (this.#outgoing === null || !this.#sent) {
      this.#fail(closedByOther());
      return;
    }
    try {
      const read = this.#reader.read(bytes);
      if (this.#reader.done) this.#finish(read === bytes.length, bytes.length);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(messageOf(error)));
    }
  }

  /** @param clean nothing followed the response in the read of `readBytes` */
  #finish(clean: boolean, readBytes: number): void {
    const outgoing = this.#outgoing;
    if (outgoing === null) return;
    this.#outgoing = null;
    this.#served++;
    // A server that answers before it has read the request leaves its rest on the wire.
    const reusable = clean && this.#reader.keepAlive && this.#socket?.writableLength === 0;
    if (reusable) {
      // Without reading, nobody would see that the server closes it.
      this.#readOn();
      // A TLS record, or a full buffer, ends where it likes: what else has come already must not meet the next request.
      if (this.#input.origin.secure || readBytes === LARGEST_READ) setImmediate(() => this.#free());
      else this.#free();
    } else this.#close(false);
    outgoing.handler.onResponseEnd();
  }

  #free(): void {
    if (this.#closed) return;
    if (this.usable) this.#input.onFree(this, this.#reader.idleMs);
    else this.#close(false);
  }

  /** The server has said its last; on a socket that failed, `error` came before. */
  #onEnd(): void {
    if (this.#closed) return;
    if (this.#outgoing !== null && this.#reader.end()) this.#finish(false, 0);
    else this.#fail(closedByOther());
  }

  #fail(error: Error): void {
    const outgoing = this.#outgoing;
    this.#outgoing = null;
    this.#close(outgoing !== null && this.#served > 0 && !this.#reader.begun);
    outgoing?.handler.onResponseError(outgoing.control, error);
  }

  #close(stale: boolean): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
    this.#input.onClosed(this, stale);
  }
}

function isTls(socket: Socket): socket is TLSSocket {
  return 'encrypted' in socket;
}

function connectTimeout(): Error {
  return Object.assign(new Error('The upstream could not be reached in time.'), { code: 'ETIMEDOUT' });
}

function closedByOther(): Error {
  return Object.assign(new Error('The upstream closed the connection.'), { code: 'ECONNRESET' });
}

function ignored(): void {
  // Nobody waits for this socket any more.
}
