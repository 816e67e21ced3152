// The id of a response is found in whatever shape its answer begins.
import { expect, it } from 'vitest';
import { responseIdIn } from './response-id.ts';

const CREATED =
  'event: response.created\ndata: {"type":"response.created","response":{"id":"resp_1","object":"response"}}\n\n';
const DELTA = 'event: response.output_text.delta\ndata: {"item_id":"msg_1","delta":"x"}\n\n';

it.each([
  ['its first event', CREATED],
  ['a comment', `: hi\n\n${CREATED}`],
  ['comments with CRLF', `: hi\r\n\r\n:\r\n\r\n${CREATED.replaceAll('\n', '\r\n')}`],
  ['a comment that pads', `:${' '.repeat(2_048)}\n\n${CREATED}`],
  ['a comment above the event', `: hi\n${CREATED}`],
  ['pings', `event: ping\ndata: {"type":"ping"}\n\nevent:ping\ndata:{}\n\n${CREATED}`],
  ['a keepalive of another name', `event: keepalive\ndata: {"type":"keepalive"}\n\n${CREATED}`],
  ['blank lines', `\n\n\n${CREATED}`],
  ['more behind it', `: hi\n\n${CREATED}${DELTA}`],
])('a stream that begins with %s', (_name, text) => {
  expect(responseIdIn(Buffer.from(text), true)).toBe('resp_1');
});

it.each([
  ['nothing', ''],
  ['keep-alives only', ': hi\n\nevent: ping\ndata: {"type":"ping"}\n\n'],
  ['an event that is cut', `: hi\n\n${CREATED.slice(0, 60)}`],
  ['another kind of event', DELTA],
])('a stream of %s shows none', (_name, text) => {
  expect(responseIdIn(Buffer.from(text), true)).toBeNull();
});

it('a body, whole or its beginning', () => {
  const body = '{ "id": "resp_1", "output": [{"id": "msg_1"}] }';
  expect(responseIdIn(Buffer.from(body), false)).toBe('resp_1');
  expect(responseIdIn(Buffer.from(body.slice(0, 30)), false)).toBe('resp_1');
  expect(responseIdIn(Buffer.from('{"object":"response"'), false)).toBeNull();
});
