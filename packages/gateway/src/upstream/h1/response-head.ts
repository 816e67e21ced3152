// Reads the head of an HTTP/1.1 response, strictly: whatever could be understood in two ways is refused.
import type { IncomingHttpHeaders } from 'node:http';

export type ResponseHead = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** How the end of the body is found: a count, the chunks, or the end of the connection. */
  readonly body: number | 'chunked' | 'until_close';
  /** Whether the connection serves another request afterwards. */
  readonly keepAlive: boolean;
  /** How long the server says it keeps an idle connection, in ms. */
  readonly idleMs: number | null;
};

/** What a server sent is no HTTP/1.1 that can be relied on. */
export class ResponseSyntaxError extends Error {
  override readonly name = 'ResponseSyntaxError';
  readonly code = 'HTTP_RESPONSE_SYNTAX';
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const LENGTH = /^\d{1,15}$/;
/** A lone CR or LF, or a NUL: none can be told apart from an attempt to smuggle (RFC 9112, 2.2). */
const STRAY = /\r(?!\n)|(?<!\r)\n|\0/;

/** @param text the head without its empty line, one character for each byte. @throws ResponseSyntaxError */
export function readResponseHead(text: string): ResponseHead {
  if (STRAY.test(text))
    throw new ResponseSyntaxError('The head of the response has a stray control character.');
  const firstEnd = lineEnd(text, 0);
  const line = STATUS_LINE.exec(text.slice(0, firstEnd));
  if (!line) throw new ResponseSyntaxError('The response does not begin with an HTTP/1.1 status line.');
  const status = Number(line[2]);
  const headers = readFields(text, firstEnd + 2);
  const coding = textOf(headers['transfer-encoding']);
  const asks = textOf(headers.connection)?.toLowerCase();
  // With both a coding and a length the coding counts, and the connection ends (RFC 9112, 6.3).
  const wellFramed = coding === undefined || headers['content-length'] === undefined;
  const body = bodyOf({ status, coding, length: headers['content-length'] });
  const stays = line[1] === '1' ? !asks?.includes('close') : asks === 'keep-alive';
  return {
    ...{ status, headers, body },
    keepAlive: stays && wellFramed && body !== 'until_close',
    idleMs: idleMsOf(textOf(headers['keep-alive'])),
  };
}

function idleMsOf(hint: string | undefined): number | null {
  const seconds = hint === undefined ? undefined : /\btimeout=(\d{1,6})\b/i.exec(hint)?.[1];
  return seconds === undefined ? null : Number(seconds) * 1_000;
}

function readFields(text: string, from: number): IncomingHttpHeaders {
  // Without a prototype: a server may name a header `constructor`.
  const headers: IncomingHttpHeaders = Object.create(null);
  for (let at = from; at < text.length; ) {
    const end = lineEnd(text, at);
    const colon = text.indexOf(':', at);
    const name = text.slice(at, colon === -1 || colon > end ? at : colon).toLowerCase();
    // A line that is folded into the one before begins with white space, so it has no name.
    if (!NAME.test(name))
      throw new ResponseSyntaxError('The response has a header line without a right name.');
    const value = text.slice(colon + 1, end).trim();
    const known = headers[name];
    headers[name] = known === undefined ? value : [known, value].flat();
    at = end + 2;
  }
  return headers;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\r\n', from);
  return end === -1 ? text.length : end;
}

function bodyOf(from: {
  status: number;
  coding: string | undefined;
  length: string | string[] | undefined;
}): ResponseHead['body'] {
  const { status, coding, length } = from;
  if (status < 200 || status === 204 || status === 304) return 0;
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked')
      throw new ResponseSyntaxError('The response has a transfer coding that was not asked for.');
    return 'chunked';
  }
  if (length === undefined) return 'until_close';
  const [first = '', ...others] =
    typeof length === 'string' ? length.split(',').map((one) => one.trim()) : length;
  if (!LENGTH.test(first) || others.some((other) => other !== first))
    throw new ResponseSyntaxError('The response has lengths that contradict each other.');
  return Number(first);
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(', ') : value;
}
