// Promise: a response is read the same wherever its bytes are cut, and one that can be read in two ways is refused.
import { seededDraws } from '@api-proxy/kit/random';
import { expect, it } from 'vitest';
import { ResponseSyntaxError } from './response-head.ts';
import { ResponseReader } from './response-reader.ts';

type Read = {
  heads: { status: number; headers: Record<string, unknown> }[];
  content: string;
  done: boolean;
  keepAlive: boolean;
  left: number;
};

/** Reads `pieces` one after the other; each is overwritten afterwards, as the sockets' one buffer is. */
function read(pieces: readonly Buffer[]): Read {
  const heads: Read['heads'] = [];
  const content: Buffer[] = [];
  const reader = new ResponseReader({
    head: (status, headers) => void heads.push({ status, headers: { ...headers } }),
    data: (bytes) => void content.push(bytes),
  });
  let left = 0;
  for (const piece of pieces) {
    const own = Buffer.from(piece);
    if (reader.done) left += own.length;
    else left += own.length - reader.read(own);
    own.fill(0x7a);
  }
  reader.end();
  const { done, keepAlive } = reader;
  return { heads, content: Buffer.concat(content).toString('latin1'), done, keepAlive, left };
}

const RESPONSES: Readonly<Record<string, { raw: string; expected: Partial<Read> }>> = {
  counted: {
    raw: 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"a":"\xc3\xa9"}\n',
    expected: { content: '{"a":"\xc3\xa9"}\n', keepAlive: true },
  },
  empty: { raw: 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', expected: { content: '', keepAlive: true } },
  'without a reason': { raw: 'HTTP/1.1 200\r\ncontent-length: 1\r\n\r\nx', expected: { content: 'x' } },
  chunked: {
    raw: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\n\r\n',
    expected: { content: 'hello world', keepAlive: true },
  },
  'chunked with extensions, capitals and a trailer': {
    raw: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n00B;name="v"\r\nhello world\r\n0\r\nx-sum: 1\r\nx-more: 2\r\n\r\n',
    expected: { content: 'hello world', keepAlive: true },
  },
  'chunked, content that looks like framing': {
    raw: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n\r\n0\r\n\r\n\r\n\r\n0\r\n\r\n',
    expected: { content: '\r\n0\r\n\r\n\r\n', keepAlive: true },
  },
  'until the connection ends': {
    raw: 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\nall of it',
    expected: { content: 'all of it', keepAlive: false },
  },
  'after informational answers': {
    raw: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno',
    expected: { content: 'no', keepAlive: true },
  },
  'without content by its status': {
    raw: 'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n',
    expected: { content: '', keepAlive: false },
  },
  'of a connection that ends': {
    raw: 'HTTP/1.1 200 OK\r\nConnection: Close\r\ncontent-length: 2\r\n\r\nhi',
    expected: { content: 'hi', keepAlive: false },
  },
  'of HTTP/1.0': {
    raw: 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi',
    expected: { content: 'hi', keepAlive: false },
  },
  'in chunks, of HTTP/1.0': {
    raw: 'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n',
    expected: { content: 'hi', keepAlive: false },
  },
};

it.each(Object.entries(RESPONSES))('a response %s, cut anywhere', (_name, { raw, expected }) => {
  const bytes = Buffer.from(raw, 'latin1');
  const whole = read([bytes]);
  expect(whole).toMatchObject({ ...expected, done: true, left: 0 });
  expect(whole.heads).toHaveLength(1);
  for (let cut = 1; cut < bytes.length; cut++)
    expect(read([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole);
  expect(read(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(whole);
});

it('a long chunked answer of random pieces, in random cuts', () => {
  const { below } = seededDraws(3);
  for (let round = 0; round < 60; round++) {
    const content = Array.from({ length: 1 + below(30) }, () =>
      Buffer.from(Array.from({ length: 1 + below(300) }, () => below(256))),
    );
    const chunks = content.flatMap((chunk) => [`${chunk.length.toString(16)}\r\n`, chunk, '\r\n']);
    const parts = ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', ...chunks, '0\r\n\r\n'];
    const bytes = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const size = 1 + below(200);
      pieces.push(bytes.subarray(at, at + size));
      at += size;
    }
    const { content: got, done, left } = read(pieces);
    expect({ got, done, left }).toEqual({
      got: Buffer.concat(content).toString('latin1'),
      done: true,
      left: 0,
    });
  }
});

it('what follows a whole response is not its own', () => {
  const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi';
  expect(read([Buffer.from(`${answer}HTTP/1.1 200 OK\r\n`)])).toMatchObject({ content: 'hi', left: 17 });
});

it('names in lower case, values that repeat in a list, names that an object has', () => {
  const raw =
    'HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nset-cookie:  b \r\nSet-Cookie: c\r\nconstructor: x\r\n__proto__: y\r\ncontent-length: 0\r\n\r\n';
  const [head] = read([Buffer.from(raw)]).heads;
  expect(Object.entries(head?.headers ?? {})).toEqual([
    ['set-cookie', ['a', 'b', 'c']],
    ['constructor', 'x'],
    ['__proto__', 'y'],
    ['content-length', '0'],
  ]);
});

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;
it.each([
  ['another protocol', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ['another version', 'HTTP/2 200\r\n\r\n'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['a change of protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ['two lengths', `${OK}content-length: 1\r\ncontent-length: 2\r\n\r\n`],
  ['the same length twice', `${OK}content-length: 2\r\ncontent-length: 2\r\n\r\nhi`],
  ['the same length twice in one line', `${OK}content-length: 2, 2\r\n\r\nhi`],
  [
    'a length beside a coding',
    `${OK}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
  ],
  ['a length behind white space of another kind', `${OK}content-length:\xa02\r\n\r\nhi`],
  ['a coding behind a vertical tab', `${OK}transfer-encoding:\x0bchunked\r\n\r\n0\r\n\r\n`],
  ['a control character', `${OK}a: b\x1f\r\n\r\n`],
  ['a banner that never becomes a head', '220 mail.test ESMTP\r\n'],
  ['lone line feeds throughout', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nhi'],
  ['a size with white space behind it', `${CHUNKED}5 \r\nhello\r\n`],
  ['an extension with a control character', `${CHUNKED}5;a\0\r\nhello\r\n`],
  ['a trailer with a lone carriage return', `${CHUNKED}0\r\n\r\r\n`],
  ['a trailer without a colon', `${CHUNKED}0\r\nnonsense\r\n\r\n`],
  ['two lengths in one line', `${OK}content-length: 1, 2\r\n\r\n`],
  ['a negative length', `${OK}content-length: -1\r\n\r\n`],
  ['a length in hexadecimal', `${OK}content-length: 0x1\r\n\r\n`],
  ['a length with a sign', `${OK}content-length: +1\r\n\r\n`],
  ['another coding', `${OK}transfer-encoding: gzip, chunked\r\n\r\n`],
  ['a coding twice', `${OK}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n`],
  ['a folded line', `${OK}x: a\r\n b\r\n\r\n`],
  ['a name with a space', `${OK}content-length : 1\r\n\r\n`],
  ['a line without a colon', `${OK}nonsense\r\n\r\n`],
  ['no name', `${OK}: a\r\n\r\n`],
  ['a lone line feed', `${OK}a: b\nc: d\r\n\r\n`],
  ['a lone carriage return', `${OK}a: b\rc: d\r\n\r\n`],
  ['a NUL', `${OK}a: b\0\r\n\r\n`],
  ['a chunk without a size', `${CHUNKED}\r\nhello`],
  ['a chunk with a size that is no number', `${CHUNKED}5x\r\nhello\r\n`],
  ['a chunk with a sign', `${CHUNKED}-5\r\nhello\r\n`],
  ['a chunk that is longer than it says', `${CHUNKED}4\r\nhello\r\n`],
  ['a chunk of a size beyond all bounds', `${CHUNKED}fffffffffffffff\r\n`],
  ['a size that ends with a lone line feed', `${CHUNKED}5\nhello\r\n`],
  ['an extension with a lone line feed', `${CHUNKED}5;a\nhello\r\n`],
  ['a trailer with a lone line feed', `${CHUNKED}0\r\na: b\n\r\n`],
  ['a head without an end', `${OK}${'a: b\r\n'.repeat(20_000)}`],
  ['a trailer without an end', `${CHUNKED}0\r\n${'a: b\r\n'.repeat(20_000)}`],
  ['an extension without an end', `${CHUNKED}5;${'a'.repeat(9_000)}`],
  ['informational answers without an end', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(50)],
])('refused: %s', (_name, raw) => {
  const bytes = Buffer.from(raw, 'latin1');
  expect(() => read([bytes])).toThrow(ResponseSyntaxError);
  const half = bytes.length >> 1;
  expect(() => read([bytes.subarray(0, half), bytes.subarray(half)])).toThrow(ResponseSyntaxError);
});

it('a connection that ends too early leaves a response that is not whole', () => {
  for (const raw of [
    '',
    'HTTP/1.1 200 OK\r\n',
    `${OK}content-length: 5\r\n\r\nhell`,
    CHUNKED,
    `${CHUNKED}5\r\nhello\r\n`,
    `${CHUNKED}5\r\nhello\r\n0\r\n`,
  ])
    expect(read([Buffer.from(raw)])).toMatchObject({ done: false });
});

it('extensions are counted for each chunk, not for all of them together', () => {
  const chunk = `5;signature=${'a'.repeat(1_000)}\r\nhello\r\n`;
  const { content, done } = read([Buffer.from(`${CHUNKED}${chunk.repeat(50)}0\r\n\r\n`)]);
  expect({ content, done }).toEqual({ content: 'hello'.repeat(50), done: true });
});
