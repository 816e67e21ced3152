// The head of an HTTP/1.1 request as text, with everything refused that could be read as more than one request.
import type { UpstreamMethod } from '../handler.ts';

export type RequestHeadInput = {
  readonly method: UpstreamMethod;
  /** With its query string. */
  readonly path: string;
  /** Host and, unless it is the scheme's own, port. */
  readonly host: string;
  /** Flat: name, value, … */
  readonly headers: readonly string[];
  /** Of the body; null: none is sent. */
  readonly bodyBytes: number | null;
};

/** What may not stand in a request target (RFC 9112, 3.2): white space, controls, anything that is not one byte. */
const NOT_IN_PATH = /[^\u0021-\u00ff]/;
/** What may not stand in a field value (RFC 9110, 5.5). */
const NOT_IN_VALUE = /[^\t\u0020-\u007e\u0080-\u00ff]/;
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
/** These say where a message ends; they are this module's to write. */
const FRAMING: ReadonlySet<string> = new Set(['connection', 'content-length', 'transfer-encoding', 'expect']);

/** @throws TypeError on a path, name or value that can't be sent, naming it but not the value */
export function requestHead({ method, path, host, headers, bodyBytes }: RequestHeadInput): string {
  if (NOT_IN_PATH.test(path)) throw new TypeError('The path holds a character that can not be sent.');
  let lines = '';
  let ownHost = host;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? '';
    const value = headers[at + 1] ?? '';
    if (NOT_IN_VALUE.test(value)) throw new TypeError(`The header '${name}' can not be sent.`);
    if (!TOKEN.test(name) || FRAMING.has(name.toLowerCase()))
      throw new TypeError('A header has a name that can not be sent.');
    if (name.length === 4 && name.toLowerCase() === 'host') ownHost = value;
    else lines += `${name}: ${value}\r\n`;
  }
  const length = bodyBytes === null ? lengthOfNothing(method) : `content-length: ${bodyBytes}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nhost: ${ownHost}\r\nconnection: keep-alive\r\n${lines}${length}\r\n`;
}

/** A POST without a body says so (RFC 9110, 8.6). */
function lengthOfNothing(method: UpstreamMethod): string {
  return method === 'POST' ? 'content-length: 0\r\n' : '';
}
