// Runs one part of a load: closed loop or on a schedule, with a bound in time, and counts what came of it.
import { AnswerBook, NONCE_DIGITS } from './answers.ts';
import { Client, type Finished } from './client.ts';
import type { LoadPart, PartResult } from './plan.ts';
import { RequestMaker } from './requests.ts';
import { Samples } from './samples.ts';

const READ_BYTES = 64 * 1024;
const SCHEDULE_TICK_MS = 1;
/** Requests that began in time may end this much later. */
const LAST_ANSWERS_MS = 5_000;

/** @param firstNonce requests are numbered from here on */
export async function runPart(part: LoadPart, firstNonce: number): Promise<PartResult> {
  const run = new PartRun(part, firstNonce);
  return await run.run();
}

class PartRun {
  readonly #part: LoadPart;
  readonly #maker: RequestMaker;
  readonly #clients: Client[] = [];
  readonly #latency = new Samples();
  readonly #firstToken = new Samples();
  readonly #gap = new Samples();
  readonly #counts: Record<Finished, number> = {
    whole: 0,
    'wrong bytes': 0,
    'without end': 0,
    'other status': 0,
    broken: 0,
    aborted: 0,
  };
  readonly #byStatus: Record<string, number> = {};
  readonly #idle: Client[] = [];
  readonly #waiting: number[] = [];
  #events = 0;
  #sent = 0;
  #finished = 0;
  #nonce: number;
  #endMs = 0;
  #lastMs = 0;
  #over: () => void = () => {};

  constructor(part: LoadPart, firstNonce: number) {
    this.#part = part;
    this.#nonce = firstNonce;
    this.#maker = new RequestMaker(part);
    const template = new AnswerBook().find(part.dialect, part.events);
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const events = {
      firstToken: (ms: number) => this.#firstToken.add(ms),
      gap: (ms: number) => this.#gap.add(ms),
      finished: (how: Finished, client: Client) => this.#onFinished(how, client),
    };
    for (let index = 0; index < part.connections; index++) {
      this.#clients.push(new Client({ part, template, buffer, events }));
    }
  }

  async run(): Promise<PartResult> {
    const { maxMs, ratePerS } = this.#part;
    for (let from = 0; from < this.#clients.length; from += 100) {
      await Promise.all(this.#clients.slice(from, from + 100).map((client) => client.open()));
    }
    const beganMs = performance.now();
    this.#endMs = beganMs + maxMs;
    const over = new Promise<void>((resolve) => {
      this.#over = resolve;
    });
    const limit = setTimeout(() => this.#over(), maxMs + LAST_ANSWERS_MS);
    const stop = ratePerS === undefined ? this.#begin() : this.#schedule(beganMs, ratePerS);
    await over;
    clearTimeout(limit);
    stop();
    const unfinished = this.#clients.filter(({ busy }) => busy).length;
    this.#over = () => {};
    for (const client of this.#clients) client.close();
    return this.#result(beganMs, unfinished);
  }

  #begin(): () => void {
    const { rampMs, connections } = this.#part;
    if (rampMs === 0) {
      for (const client of this.#clients) this.#next(client, performance.now());
      return () => {};
    }
    const timers = this.#clients.map((client, index) =>
      setTimeout(() => this.#next(client, performance.now()), (index * rampMs) / connections),
    );
    return () => {
      for (const timer of timers) clearTimeout(timer);
    };
  }

  /** Times that find no free connection wait, and count from their schedule all the same. */
  #schedule(beganMs: number, ratePerS: number): () => void {
    this.#idle.push(...this.#clients);
    let due = 0;
    const timer = setInterval(() => {
      const now = performance.now();
      for (;;) {
        const atMs = beganMs + (due * 1_000) / ratePerS;
        if (due >= this.#part.total || atMs > this.#endMs || atMs > now) break;
        due++;
        this.#waiting.push(atMs);
      }
      this.#sendWaiting();
      const allDue = due >= this.#part.total || now > this.#endMs;
      if (allDue && this.#waiting.length === 0 && this.#finished === this.#sent) this.#over();
    }, SCHEDULE_TICK_MS);
    return () => clearInterval(timer);
  }

  #sendWaiting(): void {
    while (this.#waiting.length > 0) {
      const client = this.#idle.pop();
      if (!client) return;
      this.#send(client, this.#waiting.shift() ?? 0);
    }
  }

  #next(client: Client, now: number): void {
    if (this.#sent < this.#part.total && now < this.#endMs) this.#send(client, now);
    else if (this.#finished === this.#sent) this.#over();
  }

  #send(client: Client, startedMs: number): void {
    const { abortShare, events, bodyBytes } = this.#part;
    this.#sent++;
    const nonce = String(this.#nonce++).padStart(NONCE_DIGITS, '0');
    const leaves = abortShare > 0 && Math.random() < abortShare;
    const leaveAfter = leaves ? Math.floor(Math.random() * events) : -1;
    // The socket writes what it can at once; only what it can't must not change below it.
    const own = bodyBytes > 8_192 || !client.connected;
    client.send(this.#maker.make(nonce, own), { nonce, startedMs, leaveAfter });
  }

  #onFinished(how: Finished, client: Client): void {
    const now = performance.now();
    this.#lastMs = now;
    this.#finished++;
    this.#counts[how]++;
    this.#events += this.#part.events > 0 ? client.events : 0;
    if (client.status > 0) {
      const status = String(client.status);
      this.#byStatus[status] = (this.#byStatus[status] ?? 0) + 1;
    }
    if (how === 'whole') this.#latency.add(now - client.startedMs);
    if (this.#part.ratePerS === undefined) this.#next(client, now);
    else {
      this.#idle.push(client);
      this.#sendWaiting();
    }
  }

  #result(beganMs: number, unfinished: number): PartResult {
    return {
      name: this.#part.name,
      seconds: Math.max(0.001, (this.#lastMs - beganMs) / 1_000),
      sent: this.#sent,
      good: this.#counts.whole,
      aborted: this.#counts.aborted,
      wrongBytes: this.#counts['wrong bytes'],
      withoutEnd: this.#counts['without end'],
      byStatus: this.#byStatus,
      broken: this.#counts.broken,
      unfinished,
      events: this.#events,
      bytes: this.#clients.reduce((sum, client) => sum + client.bytes, 0),
      latency: this.#latency.spread(),
      firstToken: this.#firstToken.spread(),
      gap: this.#gap.spread(),
    };
  }
}
