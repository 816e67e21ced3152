// Promise: nothing that is sent can be read as more than one request.
import { expect, it } from 'vitest';
import { requestHead } from './request-head.ts';

const INPUT = {
  method: 'POST',
  path: '/v1/messages?beta=true',
  host: 'a.test:8080',
  headers: [],
  bodyBytes: 2,
} as const;

it('a request as text, to the byte', () => {
  expect(requestHead({ ...INPUT, headers: ['x-api-key', 'k\xe9y', 'accept', '*/*'] })).toBe(
    'POST /v1/messages?beta=true HTTP/1.1\r\nhost: a.test:8080\r\nconnection: keep-alive\r\n' +
      'x-api-key: k\xe9y\r\naccept: */*\r\ncontent-length: 2\r\n\r\n',
  );
  expect(requestHead({ ...INPUT, method: 'GET', bodyBytes: null })).not.toContain('content-length');
  expect(requestHead({ ...INPUT, bodyBytes: null })).toContain('\r\ncontent-length: 0\r\n\r\n');
});

it("an admin's own host header takes the place of the address", () => {
  const head = requestHead({ ...INPUT, headers: ['Host', 'b.test'] });
  expect(head.match(/host: .*/gi)).toEqual(['host: b.test']);
});

it.each([
  ['a path with a space', { path: '/a b' }],
  ['a path with a line end', { path: '/a\r\nx: y' }],
  ['a path beyond one byte', { path: '/\u4e2d' }],
  ['a value with a line end', { headers: ['x', 'a\r\ny: z'] }],
  ['a value with a lone line feed', { headers: ['x', 'a\nb'] }],
  ['a value with a NUL', { headers: ['x', '\0'] }],
  ['a value beyond one byte', { headers: ['x', '\u4e2d'] }],
  ['a name with a colon', { headers: ['x:y', 'a'] }],
  ['a name with a space', { headers: ['x ', 'a'] }],
  ['no name', { headers: ['', 'a'] }],
  ['a length of its own', { headers: ['Content-Length', '7'] }],
  ['a coding of its own', { headers: ['transfer-encoding', 'chunked'] }],
])('refused: %s', (_name, over) => {
  expect(() => requestHead({ ...INPUT, ...over })).toThrow(TypeError);
});

it('a refusal names the header and keeps its value', () => {
  expect(() => requestHead({ ...INPUT, headers: ['x-api-key', 'canary\n'] })).toThrow(
    /^The header 'x-api-key' can not be sent\.$/,
  );
});
