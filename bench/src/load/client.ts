// One connection of the generator: sends a request, reads its answer, and says how that went.
import { createConnection, type Socket } from 'node:net';
import { AnswerReader } from './answer-reader.ts';
import { type AnswerTemplate, fillAnswer } from './answers.ts';
import type { LoadPart } from './plan.ts';

export type Finished = 'whole' | 'wrong bytes' | 'without end' | 'other status' | 'broken' | 'aborted';

/** Told about one exchange at a time. */
export type ClientEvents = {
  readonly firstToken: (sinceMs: number) => void;
  readonly gap: (ms: number) => void;
  readonly finished: (how: Finished, client: Client) => void;
};

export type ClientOptions = {
  readonly part: LoadPart;
  readonly template: AnswerTemplate;
  /** Bytes are read into it and taken out before the next read; one for all connections. */
  readonly buffer: Buffer;
  readonly events: ClientEvents;
};

export class Client {
  busy = false;
  startedMs = 0;
  status = 0;
  /** Events of the exchange that has finished. */
  events = 0;
  bytes = 0;
  readonly #options: ClientOptions;
  #socket: Socket | null = null;
  #reader: AnswerReader | null = null;
  #lastEventMs = 0;
  #leaveAfter = -1;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Resolves when the connection stands; a connection that can't be made shows at its first request. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      const socket = this.#connect(resolve);
      socket.once('error', () => resolve());
    });
  }

  /** Whether a write goes to the kernel at once. */
  get connected(): boolean {
    return this.#socket !== null && !this.#socket.connecting;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  /** `leaveAfter`: number of events after which this client hangs up; -1 = stays. */
  send(
    request: Buffer,
    { nonce, startedMs, leaveAfter }: { nonce: string; startedMs: number; leaveAfter: number },
  ): void {
    const { template } = this.#options;
    this.busy = true;
    this.startedMs = startedMs;
    this.#lastEventMs = 0;
    this.#leaveAfter = leaveAfter;
    this.#reader = new AnswerReader(template, fillAnswer(template, nonce));
    const socket = this.#socket ?? this.#connect(() => {});
    socket.write(request);
  }

  #connect(onConnect: () => void): Socket {
    const { part, buffer } = this.#options;
    const onread = { buffer, callback: (count: number) => this.#read(count) };
    const socket = createConnection({ port: part.port, host: '127.0.0.1', noDelay: true, onread }, onConnect);
    this.#socket = socket;
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      if (this.busy) this.#finish('broken');
    });
    return socket;
  }

  /** @returns false to stop reading for a while */
  #read(count: number): boolean {
    const { buffer, part, template } = this.#options;
    const reader = this.#reader;
    this.bytes += count;
    if (!reader || !this.busy) return true;
    const before = reader.events;
    reader.take(buffer.subarray(0, count));
    if (reader.events > before) this.#sawEvents(reader, { before, firstToken: template.firstToken });
    if (reader.state === 'done' || reader.state === 'broken') {
      if (reader.closes) this.close();
      this.#finish(verdict(reader, part.status));
    } else if (this.#leaveAfter >= 0 && reader.events > this.#leaveAfter) {
      this.close();
      this.#finish('aborted');
    } else if (part.pauseMs > 0 && count >= buffer.length / 2) {
      const socket = this.#socket;
      setTimeout(() => socket?.resume(), part.pauseMs);
      return false;
    }
    return true;
  }

  #sawEvents(reader: AnswerReader, { before, firstToken }: { before: number; firstToken: number }): void {
    if (reader.events <= firstToken) return;
    const now = performance.now();
    const { events } = this.#options;
    if (before <= firstToken) events.firstToken(now - this.startedMs);
    else events.gap(now - this.#lastEventMs);
    this.#lastEventMs = now;
  }

  #finish(how: Finished): void {
    const reader = this.#reader;
    this.status = reader?.status ?? 0;
    this.events = reader?.events ?? 0;
    this.#reader = null;
    this.busy = false;
    this.#options.events.finished(how, this);
  }
}

function verdict(reader: AnswerReader, status: number): Finished {
  if (reader.status !== status) return 'other status';
  if (reader.status !== 200) return 'whole';
  if (!reader.equal) return 'wrong bytes';
  return reader.whole ? 'whole' : 'without end';
}
