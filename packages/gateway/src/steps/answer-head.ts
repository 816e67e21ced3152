// The headers of an answer that is passed on: the relay's own, those of limits and budget, and what the upstream's may show.
import type { Exchange } from '../exchange.ts';
import { EVENT_STREAM_HEADERS, ownHeaders, pushClientHeaders } from '../headers.ts';
import type { Answer } from './try-once.ts';

export type HeadOf = {
  readonly answer: Answer;
  readonly sinceStartMs: number;
  /** Of a body that is known whole; null: what the upstream said of it. */
  readonly contentLength: number | null;
};

/** Flat: name, value, … */
export function answerHead(exchange: Exchange, { answer, sinceStartMs, contentLength }: HeadOf): string[] {
  const headers = ownHeaders(exchange, sinceStartMs);
  for (const part of exchange.accountHeaders) headers.push(part);
  if (answer.stream) {
    headers.push(...EVENT_STREAM_HEADERS);
    pushClientHeaders(headers, { ...answer.headers, 'cache-control': undefined });
    return headers;
  }
  const length = contentLength ?? answer.headers['content-length'];
  if (length !== undefined) headers.push('content-length', String(length));
  pushClientHeaders(headers, answer.headers);
  return headers;
}
