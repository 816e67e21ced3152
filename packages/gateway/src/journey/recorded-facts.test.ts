// Promise: what an upstream says of an answer besides tokens is in its row: its own request id, and its tools' calls.
import { createServer, type Server } from 'node:http';
import { recordings } from '@api-proxy/protocols/recordings';
import { afterEach, expect, it } from 'vitest';
import type { ExchangeRecord } from '../exchange-record.ts';
import { call, channel, portOf, snapshot, startRelay, type TestRelay } from './harness.ts';

let relay: TestRelay | undefined;
let upstream: Server | undefined;
afterEach(async () => {
  await relay?.close();
  upstream?.close();
});

type Said = {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer | string;
};

async function ask(path: string, answers: readonly Said[]): Promise<ExchangeRecord> {
  const left = [...answers];
  upstream = createServer((req, res) => {
    const { status, headers, body } = left.shift() ?? { status: 500, headers: {}, body: '' };
    req.resume().on('end', () => res.writeHead(status, headers).end(body));
  });
  const server = upstream;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${portOf(server.address())}`;
  const over = { baseUrl, protocols: ['openai-responses', 'anthropic-messages'] } as const;
  relay = await startRelay(snapshot([channel({ id: 'a', ...over }), channel({ id: 'b', ...over })]));
  const booked = relay.nextRecord();
  await call({ port: relay.port, path, body: { model: 'm', stream: true, messages: [], input: 'x' } });
  return booked;
}

function recorded(protocol: 'openai-responses' | 'anthropic-messages', name: string): Buffer {
  const found = recordings(protocol, 'sse').find((recording) => recording.name === name);
  if (!found) throw new Error(`no recording ${name}`);
  return found.bytes;
}

const STREAM = { 'content-type': 'text/event-stream' };

it('Anthropic: `request-id`, and the searches that its usage counts', async () => {
  const body = recorded('anthropic-messages', 'pydantic-test-anthropic-model-web-search-tool-stream-0.sse');
  const record = await ask('/v1/messages', [
    { status: 200, headers: { ...STREAM, 'request-id': 'req_011upstream' }, body },
  ]);
  expect(record).toMatchObject({
    outcome: 'ok',
    upstreamRequestId: 'req_011upstream',
    serverTools: { web_search: 2 },
  });
});

it('OpenAI: `x-request-id` of the attempt that answered, and the calls in its output', async () => {
  const body = recorded('openai-responses', 'vercel-openai-code-interpreter-tool-1.chunks.txt');
  const record = await ask('/v1/responses', [
    { status: 500, headers: { 'x-request-id': 'first' }, body: '{}' },
    { status: 200, headers: { ...STREAM, 'x-request-id': 'second' }, body },
  ]);
  expect(record).toMatchObject({
    outcome: 'ok',
    upstreamRequestId: 'second',
    serverTools: { code_interpreter: 3 },
  });
});

it('a refusal keeps its id, and where nothing was said nothing is made up', async () => {
  const refused = await ask('/v1/messages', [
    { status: 400, headers: { 'request-id': 'req_refused' }, body: '{"type":"error","error":{}}' },
  ]);
  expect(refused).toMatchObject({ upstreamRequestId: 'req_refused', serverTools: null });
  await relay?.close();
  upstream?.close();
  const body = recorded('anthropic-messages', 'anthropicsdk-basic-response.sse');
  const plain = await ask('/v1/messages', [{ status: 200, headers: STREAM, body }]);
  expect(plain).toMatchObject({ outcome: 'ok', upstreamRequestId: null, serverTools: null });
});
