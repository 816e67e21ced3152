// Step: read the body off the socket, undo its content coding, and pick out what the relay needs.
import type { IncomingMessage } from 'node:http';
import { isProblem } from '@api-proxy/protocols/request';
import type { Call } from '../call.ts';
import type { Denial } from '../denial.ts';
import { isDenial } from '../denial.ts';
import type { Exchange } from '../exchange.ts';
import { breathAfter } from './breath.ts';
import { decodeBody, LARGEST_BODY } from './decode.ts';

/** @returns the call, or 400 / 413 / 415. Null when the client left before its body was complete. */
export async function read(exchange: Exchange, nowMs: () => number): Promise<Call | Denial | null> {
  const { req } = exchange;
  // Who left while the caller was looked up: a socket that is gone tells nothing to those who begin to listen now.
  if (exchange.clientGone || req.destroyed) return null;
  const began = nowMs();
  const read = await readRaw(req);
  exchange.waitedMs += nowMs() - began;
  if (read === null || isDenial(read)) return read;
  const raw = read.take();
  const coding = req.headers['content-encoding'];
  const body = coding === undefined ? raw : await decodeBody(raw, coding);
  if (isDenial(body)) return body;
  const { endpoint } = exchange;
  if (endpoint.operation === 'stored_response') return { ...NO_MODEL, stream: asksStream(exchange), body };
  const facts = endpoint.dialect.readRequest(body);
  const breath = breathAfter(body);
  if (breath !== null) await breath;
  if (isProblem(facts))
    return { denied: 'bad_request', facts: { problem: facts.problem, param: facts.param } };
  return { ...facts, body };
}

/** What is read of a call that names no model. */
const NO_MODEL = {
  model: '',
  maxOutputTokens: null,
  includeUsage: true,
  sessionHint: null,
} as const;

function asksStream({ search }: Exchange): boolean {
  return /[?&]stream=true(&|$)/.test(search);
}

const TOO_LARGE: Denial = {
  denied: 'body_too_large',
  facts: { problem: `The request body is larger than ${LARGEST_BODY / 1024 / 1024} MB.` },
};

/** Gives the collector and not the body: what a promise was resolved with lives as long as the request's listeners. */
function readRaw(req: IncomingMessage): Promise<Collector | Denial | null> {
  const declared = Number(req.headers['content-length'] ?? -1);
  if (declared > LARGEST_BODY) return Promise.resolve(TOO_LARGE);
  const collector = new Collector(declared);
  return new Promise((resolve) => {
    req.on('data', (chunk: Buffer) => {
      if (!collector.add(chunk)) resolve(TOO_LARGE);
    });
    req.on('end', () => resolve(collector));
    req.on('error', () => resolve(null));
    req.on('close', () => resolve(null));
  });
}

/**
 * Puts chunks together; with a declared length each is copied to its place as it comes, so no long copy blocks at the
 * end. What was copied is freed at once: left to the collector, the chunks of large bodies make it run twice as often.
 */
class Collector {
  readonly #declared: number;
  #whole: Buffer | null = null;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(declared: number) {
    this.#declared = declared;
  }

  /** @returns false once the limit is passed; nothing is kept from then on. */
  add(chunk: Buffer): boolean {
    const at = this.#bytes;
    this.#bytes += chunk.length;
    if (this.#bytes > LARGEST_BODY) {
      this.#chunks = [];
      return false;
    }
    if (this.#whole) moveTo(this.#whole, at, chunk);
    else if (at === 0 || this.#declared <= 0) this.#chunks.push(chunk);
    else {
      this.#whole = Buffer.allocUnsafeSlow(Math.max(this.#declared, this.#bytes));
      let to = 0;
      for (const early of this.#chunks) to = moveTo(this.#whole, to, early);
      this.#chunks = [];
      moveTo(this.#whole, to, chunk);
    }
    return true;
  }

  /** Gives the whole and keeps nothing: listeners of the request hold on to this object for as long as it runs. */
  take(): Buffer {
    const [whole, chunks] = [this.#whole, this.#chunks];
    this.#whole = null;
    this.#chunks = [];
    if (whole) return whole.subarray(0, this.#bytes);
    const [first] = chunks;
    if (chunks.length === 1 && first) return first;
    const joined = Buffer.concat(chunks);
    for (const chunk of chunks) free(chunk);
    return joined;
  }
}

/** The chunk is gone then. @returns where it ends in `whole` */
function moveTo(whole: Buffer, at: number, chunk: Buffer): number {
  const end = at + chunk.copy(whole, at);
  free(chunk);
  return end;
}

/** Gives the memory of a chunk back, when no other buffer can have a part of it; whoever still read it would find it empty. */
function free({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
