// Promise: what an upstream answers reaches the client byte for byte, and it receives what the client wrote.
import { createServer } from 'node:http';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bothFamilies, call, channel, portOf, snapshot, startRelay, type TestRelay } from './harness.ts';
import { rawUpstream } from './raw-upstream.ts';

let fake: FakeUpstream;
let relay: TestRelay;

beforeAll(async () => {
  fake = await startFakeUpstream({ deterministic: true });
  relay = await startRelay(snapshot(bothFamilies(fake.url)));
});
afterAll(async () => {
  await relay.close();
  await fake.close();
});

const VERSION = { 'anthropic-version': '2023-06-01' };
const messages = [{ role: 'user', content: 'Say something, 说点什么 🙂' }];
const tools = [
  { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } },
];
const CASES: [string, string, Record<string, unknown>][] = [
  ['messages', '/v1/messages', { model: 'fake-claude', max_tokens: 64, messages }],
  ['messages with query', '/v1/messages?beta=true', { model: 'fake-claude', max_tokens: 64, messages }],
  ['count_tokens', '/v1/messages/count_tokens', { model: 'fake-claude', messages }],
  [
    'messages SSE',
    '/v1/messages',
    { model: 'fake-claude+thinking', max_tokens: 2_000, stream: true, messages },
  ],
  [
    'messages SSE in drips',
    '/v1/messages',
    { model: 'fake-claude+drip=7', max_tokens: 64, stream: true, messages },
  ],
  [
    'messages SSE with CRLF',
    '/v1/messages',
    { model: 'fake-claude+crlf', max_tokens: 64, stream: true, messages },
  ],
  ['chat', '/v1/chat/completions', { model: 'fake-gpt', messages }],
  ['chat with tools', '/v1/chat/completions', { model: 'fake-gpt', messages, tools }],
  [
    'chat SSE',
    '/v1/chat/completions',
    { model: 'fake-gpt', stream: true, stream_options: { include_usage: true }, messages },
  ],
  ['responses', '/v1/responses', { model: 'fake-gpt', input: 'hello' }],
  ['responses SSE', '/v1/responses', { model: 'fake-gpt', input: 'hello', stream: true }],
  ['embeddings', '/v1/embeddings', { model: 'fake-embed', input: ['a', 'b'] }],
];

describe('the answer has the same bytes as straight from the upstream', () => {
  it.each(CASES)('%s', async (_name, path, body) => {
    const direct = await call({ port: fake.port, path, body, headers: VERSION });
    const relayed = await call({ port: relay.port, path, body });
    expect(direct.status).toBe(200);
    expect(relayed.status).toBe(200);
    expect(relayed.body.equals(direct.body)).toBe(true);
    expect(relayed.headers['content-type']).toBe(direct.headers['content-type']);
  });
});

it('the request reaches the upstream as written: path, query, unknown headers and body; credentials are exchanged', async () => {
  const body =
    '{ "model" :"fake-claude+echo",\n  "max_tokens":4000, "zzz_unknown": [1, 2.50,"\\u00e9"], "messages":[{"role":"user","content":"x"}] }';
  const headers = {
    'anthropic-beta': 'a,b',
    'anthropic-version': '2023-01-01',
    'x-stainless-lang': 'js',
    cookie: 'a=b',
    'x-forwarded-for': '1.2.3.4',
  };
  await call({ port: relay.port, path: '/v1/messages?beta=true', body, headers });
  const seen = fake.witness.last();
  expect(seen?.path).toBe('/v1/messages?beta=true');
  expect(seen?.bodyBytes).toBe(Buffer.byteLength(body));
  expect(seen?.headers).toMatchObject({
    'anthropic-beta': 'a,b',
    'anthropic-version': '2023-01-01',
    'x-stainless-lang': 'js',
    'x-api-key': 'sk-upstream-canary-0123456789abcdef',
    'accept-encoding': 'identity',
  });
  for (const name of ['authorization', 'cookie', 'x-forwarded-for'])
    expect(seen?.headers).not.toHaveProperty(name);
});

it('what belongs to the credential of a client stays behind: its organization and project; the channel may set its own', async () => {
  const theirs = {
    'OpenAI-Organization': 'org-theirs',
    'openai-project': 'proj_theirs',
    'chatgpt-account-id': 'theirs',
    'x-goog-api-key': 'theirs',
  };
  const body = { model: 'fake-gpt', messages };
  await call({ port: relay.port, path: '/v1/chat/completions', body, headers: theirs });
  expect(JSON.stringify(fake.witness.last()?.headers)).not.toContain('theirs');
  const [own] = bothFamilies(fake.url).map((one) => ({
    ...one,
    extraHeaders: { 'openai-organization': 'org-ours', 'openai-project': 'proj_ours' },
  }));
  const other = await startRelay(snapshot(own ? [own] : []));
  await call({ port: other.port, path: '/v1/chat/completions', body, headers: theirs });
  await other.close();
  expect(fake.witness.last()?.headers).toMatchObject({
    'openai-organization': 'org-ours',
    'openai-project': 'proj_ours',
  });
});

it('answers carry the relay id and its own time, and keep the upstream id under another name', async () => {
  const body = { model: 'fake-gpt', messages };
  for (const stream of [false, true]) {
    const got = await call({ port: relay.port, path: '/v1/chat/completions', body: { ...body, stream } });
    expect(got.status).toBe(200);
    expect(got.headers['x-request-id']).toMatch(/^req_/);
    expect(got.headers['x-upstream-request-id']).toMatch(/^req_/);
    expect(got.headers['x-upstream-request-id']).not.toBe(got.headers['x-request-id']);
    expect(Number(got.headers['x-relay-overhead-ms'])).toBeGreaterThanOrEqual(0);
    expect(got.headers['x-ratelimit-remaining-requests']).toBe('9999');
    for (const name of ['set-cookie', 'server', 'cf-cache-status', 'openai-organization'])
      expect(got.headers).not.toHaveProperty(name);
  }
});

it('an upstream that is a relay itself shows the client neither its limits nor its balance, nor what `connection` names', async () => {
  const theirs = {
    'x-request-id': 'req_theirs',
    'x-upstream-request-id': 'req_behind',
    'x-quota-remaining-usd': '99999',
    'x-quota-window': 'key-day',
    'x-relay-ratelimit-remaining-requests': '99999',
    'x-relay-overhead-ms': '99999',
    connection: 'keep-alive, x-hop',
    'x-hop': '1',
  };
  const content = { id: 'c', object: 'chat.completion', choices: [{ index: 0, message: { content: 'x' } }] };
  const upstream = await rawUpstream(() => ({ status: 200, headers: theirs, body: content }));
  const ours = { 'x-quota-remaining-usd': '2.5', 'x-relay-ratelimit-remaining-requests': '4' };
  const purse = { hold: () => ({ release: () => {}, headers: Object.entries(ours).flat() }) };
  const other = await startRelay(snapshot([channel({ id: 'chn_relay', baseUrl: upstream.url })]), { purse });
  const body = { model: 'm', messages };
  const got = await call({ port: other.port, path: '/v1/chat/completions', body });
  await other.close();
  await upstream.close();
  expect(got.status).toBe(200);
  expect(got.headers).toMatchObject({ ...ours, 'x-upstream-request-id': 'req_theirs' });
  expect(JSON.stringify(got.headers)).not.toContain('99999');
  for (const name of ['x-quota-window', 'x-hop']) expect(got.headers).not.toHaveProperty(name);
});

it('what the client names in `connection` is not sent upstream', async () => {
  const headers = { connection: 'close, X-Hop', 'x-hop': '1', 'x-kept': '1' };
  await call({
    port: relay.port,
    path: '/v1/chat/completions',
    body: { model: 'fake-gpt', messages },
    headers,
  });
  expect(fake.witness.last()?.headers).toMatchObject({ 'x-kept': '1' });
  expect(fake.witness.last()?.headers).not.toHaveProperty('x-hop');
});

it('an extra header takes the place of one of its name on the wire, and one that no request may carry breaks none', async () => {
  const extraHeaders = {
    Authorization: 'Bearer ours',
    'accept-encoding': 'gzip',
    'x-broken': 'a\nb',
    'Content-Type': 'application/json; charset=utf-8',
    host: 'own.test',
    'content-length': '7',
    expect: '100-continue',
    'Transfer-Encoding': 'chunked',
  };
  const lines: string[] = [];
  const upstream = createServer((req, res) => {
    for (let at = 0; at < req.rawHeaders.length; at += 2)
      lines.push(`${req.rawHeaders[at]}: ${req.rawHeaders[at + 1]}`);
    res.setHeader('content-type', 'application/json').end('{"choices":[{"message":{"content":"x"}}]}');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${portOf(upstream.address())}`;
  const other = await startRelay(snapshot([channel({ id: 'chn_own', baseUrl, extraHeaders })]));
  const body = { model: 'm', messages };
  const got = await call({ port: other.port, path: '/v1/chat/completions', body });
  await other.close();
  await new Promise((resolve) => upstream.close(resolve));
  expect(got.status).toBe(200);
  expect(lines.toSorted()).toEqual([
    'accept-encoding: identity',
    'authorization: Bearer ours',
    'connection: keep-alive',
    `content-length: ${Buffer.byteLength(JSON.stringify(body))}`,
    'content-type: application/json; charset=utf-8',
    'host: own.test',
  ]);
});

it('a chat stream without include_usage is asked for usage upstream, and the client sees no usage chunk', async () => {
  const body = { model: 'fake-gpt', stream: true, messages };
  const direct = await call({ port: fake.port, path: '/v1/chat/completions', body });
  const next = relay.nextRecord();
  const relayed = await call({ port: relay.port, path: '/v1/chat/completions', body });
  const record = await next;
  expect(relayed.text.includes('"choices":[]')).toBe(false);
  const content = (text: string) =>
    [...text.matchAll(/"content":"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]).join('');
  expect(content(relayed.text)).toBe(content(direct.text));
  expect(relayed.text.trimEnd().endsWith('data: [DONE]')).toBe(true);
  expect(record.usage).toMatchObject({ estimated: false });
  expect(record.usage.output).toBeGreaterThan(0);
});
