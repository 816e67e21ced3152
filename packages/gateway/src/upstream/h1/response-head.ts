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
/** A lone CR or LF, or another control but the tab: none can be told apart from an attempt to smuggle (RFC 9112, 2.2). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const STRAY = /\r(?!\n)|(?<!\r)\n|[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const BARE_LF = /(?<!\r)\n/;
const BEGINNING = 'HTTP/1.';

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
  const framing = { status, coding, length: headers['content-length'] };
  const body = bodyOf(framing);
  const wellFramed = isWellFramed({ ...framing, minor: line[1] });
  const stays = line[1] === '1' ? !asks?.includes('close') : asks === 'keep-alive';
  return {
    ...{ status, headers, body },
    keepAlive: stays && wellFramed && body !== 'until_close',
    idleMs: idleMsOf(textOf(headers['keep-alive'])),
  };
}

/** Refuses what can never become a head, without waiting for its end. @throws ResponseSyntaxError */
export function checkUnfinished(text: string): void {
  if (!text.startsWith(BEGINNING.slice(0, text.length)) || BARE_LF.test(text))
    throw new ResponseSyntaxError('The response does not begin as HTTP/1.1 does.');
}

/** One line, `text[from, end)`, of a head whose controls were looked at. @throws ResponseSyntaxError */
function readField(text: string, from: number, end: number): { name: string; value: string } {
  const colon = text.indexOf(':', from);
  const name = text.slice(from, colon === -1 || colon > end ? from : colon).toLowerCase();
  // A line that is folded into the one before begins with white space, so it has no name.
  if (!NAME.test(name)) throw new ResponseSyntaxError('The response has a header line without a right name.');
  let first = colon + 1;
  let last = end;
  while (first < last && isBlank(text.charCodeAt(first))) first++;
  while (last > first && isBlank(text.charCodeAt(last - 1))) last--;
  return { name, value: text.slice(first, last) };
}

/** All white space that may stand around a value; `trim` takes more, and finds lengths and codings others do not. */
function isBlank(character: number): boolean {
  return character === 0x20 || character === 0x09;
}

/** A line of a trailer, without its end. @throws ResponseSyntaxError */
export function checkTrailerLine(line: string): void {
  if (STRAY.test(line)) throw new ResponseSyntaxError('The trailer has a stray control character.');
  readField(line, 0, line.length);
}

/** Whether nobody can take the end of the response for somewhere else (RFC 9112, 6.1; RFC 9110, 15.3.5). */
function isWellFramed(from: Framing & { minor: string | undefined }): boolean {
  const { status, coding, length, minor } = from;
  // One without content that announces some may send it all the same.
  if (status === 204) return coding === undefined && (length === undefined || length === '0');
  return coding === undefined || (minor === '1' && status !== 304);
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
    const { name, value } = readField(text, at, end);
    const known = headers[name];
    if (known === undefined) headers[name] = value;
    else if (typeof known === 'string') headers[name] = [known, value];
    else known.push(value);
    at = end + 2;
  }
  return headers;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\r\n', from);
  return end === -1 ? text.length : end;
}

type Framing = {
  status: number;
  coding: string | undefined;
  length: string | string[] | undefined;
};

function bodyOf(from: Framing): ResponseHead['body'] {
  const { status, coding, length } = from;
  if (status < 200 || status === 204 || status === 304) return 0;
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked')
      throw new ResponseSyntaxError('The response has a transfer coding that was not asked for.');
    if (length !== undefined)
      throw new ResponseSyntaxError('The response has both a length and a transfer coding.');
    return 'chunked';
  }
  if (length === undefined) return 'until_close';
  if (typeof length !== 'string' || !LENGTH.test(length))
    throw new ResponseSyntaxError('The response has a length that is no number, or more than one.');
  return Number(length);
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(', ') : value;
}
