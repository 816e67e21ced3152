// The bytes of requests: made once per load, with fixed places for what differs from request to request.
import { type Dialect, NONCE_DIGITS } from './answers.ts';

/**
 * What a request asks of the upstream; it travels at the beginning of what the user says, as in calls of a program that asks
 * one thing each: every request begins a conversation of its own, which no field of the client names.
 */
export type Wish = {
  readonly nonce: string;
  /** Text events of the stream; 0 = a JSON answer. */
  readonly events: number;
  readonly intervalMs: number;
  /** Wait before the first byte. */
  readonly firstMs: number;
};

/** Precedes a wish in a request body. */
export const WISH_MARK = 'bench-wish:';

const WISH = /^(\d{12})-(\d+)-(\d+)-(\d+)/;
const LONGEST_WISH = 60;

/** Reads the wish out of a request's body, which may stand anywhere in its first bytes. */
export function wishIn(bytes: Buffer, from: number): Wish | undefined {
  const mark = bytes.indexOf(WISH_MARK, from, 'latin1');
  if (mark === -1) return undefined;
  const start = mark + WISH_MARK.length;
  const match = WISH.exec(bytes.toString('latin1', start, Math.min(start + LONGEST_WISH, bytes.length)));
  if (!match) return undefined;
  const [, nonce = '', events, intervalMs, firstMs] = match;
  return { nonce, events: Number(events), intervalMs: Number(intervalMs), firstMs: Number(firstMs) };
}

export type RequestPlan = {
  readonly dialect: Dialect;
  readonly port: number;
  /** All of one length; taken in turn. */
  readonly credentials: readonly string[];
  /** All of one length; taken in turn. */
  readonly models: readonly string[];
  /** Whole body, about. */
  readonly bodyBytes: number;
  readonly events: number;
  readonly intervalMs: number;
  readonly firstMs: number;
};

const PATHS: Readonly<Record<Dialect, string>> = {
  anthropic: '/v1/messages',
  openai: '/v1/chat/completions',
};

const WORDS = 'Words that stand for a question of the usual kind, asked again and again by a client. ';

/** Makes request after request in one buffer. */
export class RequestMaker {
  readonly #bytes: Buffer;
  readonly #plan: RequestPlan;
  readonly #credentialAt: number;
  readonly #modelAt: number;
  readonly #nonceAt: number;
  #made = 0;

  constructor(plan: RequestPlan) {
    const credential = plan.credentials[0] ?? '';
    const model = plan.models[0] ?? '';
    const body = bodyOf(plan, model);
    const head = headOf({ plan, credential, bodyBytes: Buffer.byteLength(body) });
    this.#plan = plan;
    this.#bytes = Buffer.from(head + body);
    this.#credentialAt = this.#bytes.indexOf(credential);
    this.#modelAt = this.#bytes.indexOf(`"model":"${model}"`) + '"model":"'.length;
    this.#nonceAt = this.#bytes.indexOf(WISH_MARK) + WISH_MARK.length;
  }

  /** The request with this nonce; the buffer is a new one only when `own` is asked for. */
  make(nonce: string, own: boolean): Buffer {
    const { credentials, models } = this.#plan;
    const turn = this.#made++;
    const bytes = own ? Buffer.from(this.#bytes) : this.#bytes;
    if (credentials.length > 1)
      bytes.write(credentials[turn % credentials.length] ?? '', this.#credentialAt, 'latin1');
    if (models.length > 1) bytes.write(models[turn % models.length] ?? '', this.#modelAt, 'latin1');
    bytes.write(nonce, this.#nonceAt, NONCE_DIGITS, 'latin1');
    return bytes;
  }
}

function headOf(input: { plan: RequestPlan; credential: string; bodyBytes: number }): string {
  const { plan, credential, bodyBytes } = input;
  const lines = [
    `POST ${PATHS[plan.dialect]} HTTP/1.1`,
    `Host: 127.0.0.1:${plan.port}`,
    'Accept: application/json',
    'Content-Type: application/json',
    'User-Agent: bench-client/1.0',
    'Accept-Encoding: identity',
    `Authorization: Bearer ${credential}`,
    ...(plan.dialect === 'anthropic' ? ['anthropic-version: 2023-06-01'] : []),
    'X-Client-Runtime: node',
    'X-Client-Retry-Count: 0',
    'X-Client-Timeout: 600',
    `Content-Length: ${bodyBytes}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** `stream` comes last, so that whoever looks for it has to pass the whole body. */
function bodyOf(plan: RequestPlan, model: string): string {
  const wish = `${WISH_MARK}${'0'.repeat(NONCE_DIGITS)}-${plan.events}-${plan.intervalMs}-${plan.firstMs}`;
  const filled = (content: unknown): string =>
    JSON.stringify({
      model,
      max_tokens: 1024,
      messages: [{ role: 'user', content }],
      ...(plan.dialect === 'openai' && plan.events > 0 ? { stream_options: { include_usage: true } } : {}),
      stream: plan.events > 0,
    });
  const missing = plan.bodyBytes - filled(`${wish} `).length;
  const large = missing > 1_000_000;
  return filled(large ? imageContent(wish, missing) : `${wish} ${padded(WORDS, missing)}`);
}

function imageContent(text: string, bytes: number): object[] {
  const data = padded('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ', bytes - 150);
  const source = { type: 'base64', media_type: 'image/png', data };
  return [
    { type: 'text', text },
    { type: 'image', source },
  ];
}

function padded(text: string, bytes: number): string {
  const wanted = Math.max(1, bytes);
  return text.repeat(Math.ceil(wanted / text.length)).slice(0, wanted);
}
