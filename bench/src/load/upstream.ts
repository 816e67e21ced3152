// A fast upstream in a process of its own: answers from prepared bytes, paces streams, and can tell what is open.
import { createServer, type Server, type Socket } from 'node:net';
import process from 'node:process';
import { sendToParent, whenAsked } from '../measure/messages.ts';
import { AnswerBook } from './answers.ts';
import { Framer } from './framing.ts';
import { isOpenai, readHead } from './head.ts';
import { Pacer } from './pacer.ts';
import { type Wish, wishIn } from './requests.ts';

export type UpstreamPorts = {
  readonly port: number;
  /** Answers every request with 429, to be asked again at once. */
  readonly limitedPort: number;
};

export type UpstreamReport = {
  /** Requests answered with 200 so far. */
  answered: number;
  /** Requests answered with 429 so far. */
  limited: number;
  /** Answers that were still being written when their socket closed. */
  cut: number;
  /** Answers that are being written now. */
  running: number;
};

const LIMITED_BODY = '{"type":"error","error":{"type":"rate_limit_error","message":"Slow down."}}';
const LIMITED = Buffer.from(
  `HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\nretry-after: 0\r\ncontent-length: ${LIMITED_BODY.length}\r\n\r\n${LIMITED_BODY}`,
);
const NOT_UNDERSTOOD = Buffer.from('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');

const book = new AnswerBook();
const framer = new Framer();
const pacer = new Pacer();
const report: UpstreamReport = { answered: 0, limited: 0, cut: 0, running: 0 };

/** One connection: collects a request, then answers it. */
class Exchange {
  readonly #socket: Socket;
  readonly #limits: boolean;
  /** What has come before the wish was found. */
  #start: Buffer | null = null;
  #bytes = 0;
  #needed = 0;
  #openai = false;
  #wish: Wish | undefined;
  #writing = false;
  #closed = false;

  constructor(socket: Socket, limits: boolean) {
    this.#socket = socket;
    this.#limits = limits;
    socket.setNoDelay(true);
    socket.on('data', (piece) => this.#take(piece));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#closed = true;
      if (!this.#writing) return;
      report.cut++;
      this.#done();
    });
  }

  #take(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#wish === undefined) {
      // A body may come apart from its head; the wish stands near its start.
      const start = this.#start ? Buffer.concat([this.#start, piece]) : piece;
      this.#start = start;
      if (this.#needed === 0) {
        const head = readHead(start);
        if (!head) return;
        this.#needed = head.bodyAt + (head.length ?? 0);
        this.#openai = isOpenai(start);
      }
      this.#wish = wishIn(start, 0);
    }
    if (this.#bytes >= this.#needed) this.#answer();
  }

  #answer(): void {
    const wish = this.#wish;
    this.#start = null;
    this.#bytes = 0;
    this.#needed = 0;
    this.#wish = undefined;
    if (this.#limits) {
      report.limited++;
      this.#socket.write(LIMITED);
    } else if (!wish) this.#socket.write(NOT_UNDERSTOOD);
    else if (wish.events === 0 && wish.firstMs === 0) {
      report.answered++;
      this.#socket.write(framer.json(book.find(this.#dialect(), 0), wish.nonce));
    } else this.#begin(wish);
  }

  #dialect(): 'openai' | 'anthropic' {
    return this.#openai ? 'openai' : 'anthropic';
  }

  #begin(wish: Wish): void {
    report.answered++;
    report.running++;
    this.#writing = true;
    const template = book.find(this.#dialect(), wish.events);
    if (wish.events === 0) {
      const message = framer.json(template, wish.nonce);
      pacer.add({ intervalMs: 0, firstMs: wish.firstMs, steps: 1, step: () => this.#write(message, true) });
      return;
    }
    const { bytes, ends } = framer.stream(template, wish.nonce);
    if (wish.intervalMs === 0 && wish.firstMs === 0) {
      this.#write(bytes, true);
      return;
    }
    let from = 0;
    pacer.add({
      intervalMs: wish.intervalMs,
      firstMs: wish.firstMs,
      steps: ends.length,
      step: (index) => {
        const to = ends[index] ?? bytes.length;
        const part = bytes.subarray(from, to);
        from = to;
        return this.#write(part, index === ends.length - 1);
      },
    });
  }

  /** @returns false once nobody reads any more */
  #write(bytes: Buffer, last: boolean): boolean {
    if (this.#closed) return false;
    if (!last) this.#socket.write(bytes);
    // A slow reader's answer runs until its last byte is with the kernel.
    else this.#socket.write(bytes, () => this.#done());
    return true;
  }

  #done(): void {
    if (!this.#writing) return;
    this.#writing = false;
    report.running--;
  }
}

function listen(limits: boolean): Promise<Server> {
  const server = createServer((socket) => new Exchange(socket, limits));
  return new Promise((resolve) => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const [open, limited] = await Promise.all([listen(false), listen(true)]);
whenAsked(() => Promise.resolve({ ...report }));
process.on('disconnect', () => process.exit(0));
sendToParent({ ready: { port: portOf(open), limitedPort: portOf(limited) } satisfies UpstreamPorts });
