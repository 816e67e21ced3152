// Each scripted behaviour does what its row says, and the witness agrees with what a client saw.
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { PATH_OF, requestBody } from './factories.ts';
import { type FakeUpstream, startFakeUpstream } from './fake-upstream.ts';
import { valueAt } from './json-value.ts';
import type { ProtocolName } from './plan.ts';

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream({ deterministic: true });
});
afterAll(() => fake.close());
beforeEach(() => fake.reset());

const STREAMED = ['anthropic-messages', 'openai-chat', 'openai-responses'] as const;
const TERMINAL = {
  'anthropic-messages': 'event: message_stop',
  'openai-chat': '[DONE]',
  'openai-responses': 'event: response.completed',
} as const;

interface Ask {
  readonly stream?: boolean;
  readonly signal?: AbortSignal;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

function post(protocol: ProtocolName, model: string, ask: Ask = {}): Promise<Response> {
  return fetch(fake.url + PATH_OF[protocol], {
    method: 'POST',
    headers: { 'anthropic-version': '2023-06-01', ...ask.headers },
    body: ask.body ?? requestBody(protocol, { model, ...(ask.stream === true && { stream: true }) }),
    ...(ask.signal !== undefined && { signal: ask.signal }),
  });
}

async function text(protocol: ProtocolName, model: string, ask: Ask = {}): Promise<string> {
  return (await post(protocol, model, ask)).text();
}

async function json(protocol: ProtocolName, model: string, ask: Ask = {}): Promise<unknown> {
  return (await post(protocol, model, ask)).json();
}

const stream = { stream: true } as const;

it.each(STREAMED)(
  '%s: the same request gets the same bytes, also from another instance',
  async (protocol) => {
    const twin = await startFakeUpstream({ deterministic: true });
    const body = requestBody(protocol, { stream: true, tools: true });
    const answers = await Promise.all(
      [fake, fake, twin].map(async ({ url }) => {
        const headers = { 'anthropic-version': '1' };
        return (await fetch(url + PATH_OF[protocol], { method: 'POST', headers, body })).text();
      }),
    );
    await twin.close();
    expect(new Set(answers).size).toBe(1);
  },
);

it.each(STREAMED)('%s: dripped bytes and CRLF carry the same stream', async (protocol) => {
  const body = requestBody(protocol, { stream: true });
  const plain = await text(protocol, '', { body });
  const script = { 'x-fake-behaviour': '{"drip":3,"crlf":true}' };
  const dripped = await text(protocol, '', { body, headers: script });
  expect(dripped).toContain('\r\n\r\n');
  expect(dripped.replaceAll('\r\n', '\n')).toBe(plain);
});

it('a drip cuts inside a multi-byte character', async () => {
  const response = await post('openai-chat', 'm+drip=1', stream);
  const sizes: number[] = [];
  for await (const chunk of response.body ?? []) sizes.push(chunk.length);
  expect(Math.min(...sizes)).toBe(1);
});

it.each(STREAMED)('%s: truncate ends cleanly without the terminal event', async (protocol) => {
  expect(await text(protocol, 'm', stream)).toContain(TERMINAL[protocol]);
  expect(await text(protocol, 'm+truncate', stream)).not.toContain(TERMINAL[protocol]);
  expect(fake.witness.last()).toMatchObject({ outcome: 'cut', usageSent: false });
});

it.each(STREAMED)('%s: die destroys the socket after n events', async (protocol) => {
  const response = await post(protocol, 'm+die=4', stream);
  await expect(response.text()).rejects.toThrow('terminated');
  expect(fake.witness.last()).toMatchObject({ outcome: 'cut', eventsSent: 4 });
});

it('die cuts a JSON body in its middle', async () => {
  await expect(text('openai-chat', 'm+die')).rejects.toThrow();
  expect(fake.witness.last()?.outcome).toBe('cut');
});

it('a stall sends n events and then nothing, and the witness sees the client leave', async () => {
  const abort = new AbortController();
  const response = await post('anthropic-messages', 'm+stall=4', { ...stream, signal: abort.signal });
  const reader = response.body?.getReader();
  const first = await reader?.read();
  expect(new TextDecoder().decode(first?.value).match(/^event: /gm)).toHaveLength(4);
  const before = Date.now();
  abort.abort();
  const record = await fake.witness.waitFor((one) => one.outcome === 'aborted');
  expect((record.closedAt ?? 0) - before).toBeLessThan(250);
  expect(fake.witness.summary()).toMatchObject({ requests: 1, outcomes: { aborted: 1, open: 0 } });
});

it('a stall can be kept alive with pings', async () => {
  const abort = new AbortController();
  const response = await post('anthropic-messages', 'm+stall=1,ping=5', { ...stream, signal: abort.signal });
  let seen = '';
  await expect(async () => {
    for await (const chunk of response.body ?? []) {
      seen += new TextDecoder().decode(chunk);
      if ((seen.match(/event: ping/g) ?? []).length >= 3) abort.abort();
    }
  }).rejects.toThrow();
  expect(seen).not.toContain('content_block_start');
});

it('reset drops the connection before a byte', async () => {
  await expect(post('openai-chat', 'm+reset')).rejects.toThrow('fetch failed');
});

it.each([400, 401, 402, 403, 404, 413, 429, 500, 502, 503, 504, 529])(
  'status %i in both shapes',
  async (status) => {
    const anthropic = await post('anthropic-messages', `m+${status}`);
    expect(anthropic.status).toBe(status);
    expect(await anthropic.json()).toMatchObject({ type: 'error', error: { type: expect.any(String) } });
    const openai = await post('openai-responses', `m+${status}`);
    expect(openai.status).toBe(status);
    expect(await openai.json()).toMatchObject({ error: { message: expect.any(String) } });
    expect(openai.headers.get('retry-after')).toBe([429, 503, 529].includes(status) ? '1' : null);
  },
);

it('429x2 fails twice per name, then answers', async () => {
  const statuses = async (model: string) => (await post('openai-chat', model)).status;
  const model = 'm+429x2,retry-after=7';
  const failed = await post('openai-chat', model);
  expect(failed.headers.get('retry-after')).toBe('7');
  expect([await statuses(model), await statuses(model), await statuses(model)]).toEqual([429, 200, 200]);
  expect(await statuses(`${model},id=other`)).toBe(429);
});

it('an error can hide in a 200: as body, as first event, in the middle', async () => {
  expect(await json('anthropic-messages', 'm+error-body')).toMatchObject({ type: 'error' });
  const first = await text('openai-responses', 'm+error-body,error=quota', stream);
  expect(first).toMatch(/^event: error\ndata: .*insufficient_quota/);
  expect(first).toContain('response.failed');
  const middle = await text('openai-chat', 'm+error-mid=3', stream);
  expect(middle).toMatch(/"content".*\n\ndata: \{"error":/);
  expect(middle).not.toContain('[DONE]');
});

it('overloaded can come as a 400, and an error text can be megabytes', async () => {
  const overloaded = await post('anthropic-messages', 'm+error=overloaded,status=400');
  expect(overloaded.status).toBe(400);
  expect((await text('openai-chat', 'm+500,error-size=2000000')).length).toBeGreaterThan(2_000_000);
});

it('events, size and tokens are exact, and so is the usage', async () => {
  const body = await text('anthropic-messages', 'm+events=200,size=64', stream);
  expect(body.match(/text_delta/g)).toHaveLength(200);
  expect(body).toContain('"output_tokens":3200}');
  expect(fake.witness.last()).toMatchObject({ contentBytesSent: 12_800, usage: { output: 3200 } });
  expect(await json('openai-chat', 'm+tokens=500')).toMatchObject({
    usage: { completion_tokens: 500 },
  });
});

it('max_tokens cuts the text and says so', async () => {
  const body = JSON.stringify({ model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'hello' }] });
  const answer = await json('anthropic-messages', 'm', { body });
  expect(answer).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 5 } });
  expect(Buffer.byteLength(String(valueAt(answer, 'content', 0, 'text')))).toBeLessThanOrEqual(20);
});

it('usage: Anthropic separates cache classes, OpenAI includes them, marks in the request count', async () => {
  const script = '+cache-read=100,cache-write=20,cache-write-1h=3';
  const claude = valueAt(await json('anthropic-messages', `m${script}`), 'usage');
  expect(claude).toMatchObject({
    cache_read_input_tokens: 100,
    cache_creation_input_tokens: 23,
    cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 3 },
  });
  const chat = valueAt(await json('openai-chat', `m${script}`), 'usage');
  expect(valueAt(chat, 'prompt_tokens_details', 'cached_tokens')).toBe(100);
  expect(fake.witness.last()?.usage).toMatchObject({
    input: Number(valueAt(chat, 'prompt_tokens')) - 123,
    cacheRead: 100,
  });
  const system = [{ type: 'text', text: 'x'.repeat(400), cache_control: { type: 'ephemeral', ttl: '1h' } }];
  const body = JSON.stringify({ ...JSON.parse(requestBody('anthropic-messages')), system });
  const marked = valueAt(await json('anthropic-messages', 'm', { body }), 'usage');
  expect(valueAt(marked, 'cache_creation', 'ephemeral_1h_input_tokens')).toBeGreaterThanOrEqual(100);
  expect(valueAt(marked, 'input_tokens')).toBeLessThan(20);
});

it('Chat sends usage only when asked for', async () => {
  const own = JSON.parse(requestBody('openai-chat', stream));
  const silent = JSON.stringify({ ...own, stream_options: undefined });
  expect(await text('openai-chat', 'm', { body: silent })).not.toContain('usage');
  expect(fake.witness.last()).toMatchObject({ usageSent: false, outcome: 'complete' });
  expect(await text('openai-chat', 'm', stream)).toContain('"choices":[],"usage":{"prompt_tokens"');
});

it('echo tells what arrived, and 30 MB arrive whole', async () => {
  const body = requestBody('openai-chat', { model: 'm+echo', paddingBytes: 30_000_000 });
  const answer = await json('openai-chat', 'm', { body, headers: { 'x-mine': 'kept' } });
  const facts = JSON.parse(String(valueAt(answer, 'choices', 0, 'message', 'content')));
  expect(facts).toMatchObject({
    headers: { 'x-mine': 'kept' },
    bodyBytes: body.length,
    bodySha256: createHash('sha256').update(body).digest('hex'),
  });
});

it('a slow reader of a huge stream does not make the fake hold it in memory', async () => {
  const before = process.memoryUsage().rss;
  const body = requestBody('anthropic-messages', { model: 'm+huge=200', stream: true });
  const socket = connect(fake.port, '127.0.0.1');
  socket.pause();
  const head = `POST /v1/messages HTTP/1.1\r\nhost: x\r\nanthropic-version: 1\r\ncontent-length: ${body.length}\r\n\r\n`;
  socket.write(head + body);
  const record = await fake.witness.waitFor((one) => one.eventsSent > 10);
  expect(record.outcome).toBe('open');
  expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  socket.destroy();
  await fake.witness.waitFor((one) => one.outcome === 'aborted');
  expect(record.bytesSent).toBeLessThan(50_000_000);
});

it('validation speaks like the provider', async () => {
  const missing = await post('anthropic-messages', 'm', {
    body: '{"model":"m","messages":[{"role":"user","content":"x"}]}',
  });
  expect(await missing.json()).toMatchObject({ error: { message: 'max_tokens: Field required' } });
  const chat = await post('openai-chat', 'm', { body: '{"model":"m"}' });
  expect(await chat.json()).toMatchObject({ error: { param: 'messages' } });
  expect((await post('openai-responses', 'm', { body: '{nonsense' })).status).toBe(400);
  expect((await post('openai-embeddings', 'gone-missing')).status).toBe(404);
  expect(await (await post('openai-chat', 'm+nonsense')).text()).toContain('unknown directive');
});

it('a bad credential is refused in the shape of the protocol', async () => {
  const guarded = await startFakeUpstream({ apiKeys: ['good'] });
  const ask = (headers: Record<string, string>) =>
    fetch(`${guarded.url}/v1/messages`, {
      method: 'POST',
      headers: { 'anthropic-version': '1', ...headers },
      body: requestBody('anthropic-messages'),
    });
  expect((await ask({ 'x-api-key': 'bad' })).status).toBe(401);
  expect((await ask({ 'x-api-key': 'good' })).status).toBe(200);
  expect((await ask({ authorization: 'Bearer good' })).status).toBe(200);
  await guarded.close();
});

it('the witness over HTTP sums what complete answers cost', async () => {
  await text('anthropic-messages', 'a+tokens=10', stream);
  await text('openai-chat', 'b+tokens=32');
  await text('openai-chat', 'b+500');
  const told: unknown = await (await fetch(`${fake.url}/__fake/witness`)).json();
  expect(valueAt(told, 'summary')).toMatchObject({
    requests: 3,
    outcomes: { complete: 2, error: 1 },
    usage: { output: 42 },
  });
  expect(valueAt(told, 'summary', 'models', 'b+tokens=32', 'usage', 'output')).toBe(32);
  expect(valueAt(told, 'recent')).toHaveLength(3);
  await fetch(`${fake.url}/__fake/reset`, { method: 'POST' });
  expect(fake.witness.summary().requests).toBe(0);
});

it('altered thinking is refused when asked to be strict', async () => {
  const body = (signature: string, thinking: string) =>
    JSON.stringify({
      model: 'm+strict-thinking',
      max_tokens: 9,
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: [{ type: 'thinking', thinking, signature }] },
        { role: 'user', content: 'y' },
      ],
    });
  const thought = valueAt(await json('anthropic-messages', 'm+thinking'), 'content', 0);
  const [signature, thinking] = ['signature', 'thinking'].map((key) => String(valueAt(thought, key)));
  expect(
    (await post('anthropic-messages', 'm', { body: body(signature ?? '', thinking ?? '') })).status,
  ).toBe(200);
  const altered = await post('anthropic-messages', 'm', { body: body(signature ?? '', 'other') });
  expect(altered.status).toBe(400);
  expect(await altered.text()).toContain('Invalid `signature` in `thinking` block');
});
