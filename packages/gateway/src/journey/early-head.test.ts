// Promise: a client that asked for a stream hears something every ten seconds, also before anybody answers; fallback goes on behind it.
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayDeps } from '../ports.ts';
import type { Channel, Patience } from '../snapshot.ts';
import { bothFamilies, call, channel, KEY, portOf, snapshot, startRelay } from './harness.ts';

const KEEP_ALIVE_MS = 150;
const QUIET = { path: '/v1/chat/completions', keepAlive: ': keep-alive\n\n' };
const PING = 'event: ping\ndata: {"type": "ping"}\n\n';
const WAYS: [string, string, RegExp][] = [
  ['/v1/messages', PING, /event: error\ndata: .*"type":"error".*\n\n$/],
  [QUIET.path, QUIET.keepAlive, /data: \{"error".*\n\n$/],
  ['/v1/responses', QUIET.keepAlive, /event: (error|response\.failed)\ndata: .*\n\n$/],
];

let fake: FakeUpstream;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  fake = await startFakeUpstream();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => fake.close());

async function relayTo(
  channels: readonly Channel[],
  patience: Partial<Patience> = {},
  over: Partial<GatewayDeps> = {},
) {
  const current = snapshot(channels, { patience: { keepAliveMs: KEEP_ALIVE_MS, ...patience } });
  const relay = await startRelay(current, over);
  closing.push(() => relay.close());
  const ask = (path: string, model: string, stream = true) => {
    const body = { model, stream, max_tokens: 9, input: 'x', messages: [{ role: 'user', content: 'x' }] };
    return call({ port: relay.port, path, body });
  };
  return { relay, ask };
}

/** The head of an answer, as soon as it is there. */
function answered(port: number, path: string, model: string): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const req = request({ port, path, method: 'POST', agent: false, headers });
  req.end(JSON.stringify({ model, stream: true, max_tokens: 9, input: 'x', messages: [] }));
  return new Promise((resolve, reject) => req.on('error', reject).on('response', resolve));
}

const at = (id: string, over: Partial<Channel> = {}) => channel({ id, baseUrl: fake.url, ...over });

describe.each(WAYS)('a stream of %s', (path, keepAlive, error) => {
  it('whose upstream is silent at first gets its head and keep-alives, then the answer', async () => {
    const { relay, ask } = await relayTo(bothFamilies(fake.url));
    const got = await ask(path, 'fake-model+delay=700');
    const prompt = await ask(path, 'fake-model');
    expect(got).toMatchObject({ status: 200, complete: true });
    expect(got.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-request-id': relay.records[0]?.requestId,
    });
    expect(got.text.startsWith(keepAlive.repeat(2))).toBe(true);
    expect(prompt.text.startsWith(keepAlive)).toBe(false);
    let answer = got.text;
    while (answer.startsWith(keepAlive)) answer = answer.slice(keepAlive.length);
    expect(answer.split('\n').length).toBe(prompt.text.split('\n').length);
    expect(relay.records).toMatchObject([
      { outcome: 'ok', status: 200 },
      { outcome: 'ok', status: 200 },
    ]);
    expect(relay.records[0]?.firstByteMs).toBeGreaterThan(650);
  });

  it('that fails everywhere ends with an error event, and its row says how it failed', async () => {
    const channels = bothFamilies(fake.url).map((one) => ({ ...one, firstByteTimeoutMs: 500 }));
    const { relay, ask } = await relayTo(channels);
    const got = await ask(path, 'fake-model+stall-head');
    expect(got).toMatchObject({ status: 200, complete: true });
    expect(got.text.startsWith(keepAlive)).toBe(true);
    expect(got.text).toMatch(error);
    expect(relay.records).toMatchObject([{ outcome: 'upstream_error', status: 504, errorCode: 'timeout' }]);
    expect(relay.out).toEqual({ passes: 0, holds: 0 });
  });

  it('that is cut by the stop of the relay meanwhile is told so', async () => {
    const { relay } = await relayTo(bothFamilies(fake.url));
    const res = await answered(relay.port, path, 'fake-model+stall-head');
    let text = '';
    res.on('data', (bytes: Buffer) => {
      if (text === '') relay.gateway.interrupt();
      text += bytes;
    });
    await once(res, 'end');
    expect(text).toMatch(error);
    expect(relay.records).toMatchObject([{ outcome: 'interrupted', status: 503 }]);
  });
});

it('fallback goes on behind the head: another channel answers, and no part of the failed one is seen', async () => {
  const bad = at('bad', { priority: 1, modelRenames: { m: 'fake-model+delay=400,error-body' } });
  const { relay, ask } = await relayTo([bad, at('good', { modelRenames: { m: 'fake-model' } })]);
  const got = await ask(QUIET.path, 'm');
  expect(got.text.startsWith(QUIET.keepAlive)).toBe(true);
  expect(got.text.endsWith('data: [DONE]\n\n')).toBe(true);
  expect(got.text).not.toContain('"error"');
  expect(relay.records).toMatchObject([{ outcome: 'ok', channelId: 'good' }]);
  expect(relay.records[0]?.attempts.length).toBeGreaterThan(1);
});

it('limits and budget are in the head', async () => {
  const pass = { release: () => {}, headers: ['x-relay-ratelimit-remaining-requests', '4'] };
  const money = { release: () => {}, headers: ['x-quota-remaining-usd', '2'] };
  const over = { admission: { take: () => pass }, purse: { hold: () => money } };
  const { ask } = await relayTo(bothFamilies(fake.url), {}, over);
  const got = await ask(QUIET.path, 'fake-model+delay=400');
  expect(got.text).toContain(QUIET.keepAlive);
  expect(got.headers).toMatchObject({
    'x-relay-ratelimit-remaining-requests': '4',
    'x-quota-remaining-usd': '2',
  });
});

it('a request at fault is told what the upstream said of it', async () => {
  const { relay, ask } = await relayTo(bothFamilies(fake.url));
  const got = await ask(QUIET.path, 'fake-model+delay=400,400');
  expect(got.text).toMatch(/^: keep-alive\n\n(: keep-alive\n\n)*data: \{"error"/);
  expect(relay.records).toMatchObject([{ outcome: 'client_error', status: 400 }]);
  expect(got.text).toContain(JSON.stringify(relay.records[0]?.errorText ?? '-').slice(1, -1));
});

it('who waits for a channel hears something too, and is told when the wait was in vain', async () => {
  const { relay, ask } = await relayTo([at('one', { maxConcurrency: 1 })], { channelQueueMs: 600 });
  const first = ask(QUIET.path, 'fake-model+events=40,interval=50');
  await fake.witness.waitFor(({ model }) => model === 'fake-model+events=40,interval=50');
  const got = await ask(QUIET.path, 'fake-model');
  expect(got.text).toMatch(/^(: keep-alive\n\n)+data: \{"error"/);
  expect(relay.records).toMatchObject([{ outcome: 'denied', status: 429 }]);
  await first;
});

it('a call that asked for no stream waits without a byte, and gets its own status', async () => {
  const { ask } = await relayTo(bothFamilies(fake.url).map((one) => ({ ...one, firstByteTimeoutMs: 500 })));
  expect(await ask(QUIET.path, 'fake-model+delay=400', false)).toMatchObject({
    status: 200,
    json: { object: 'chat.completion' },
  });
  expect((await ask(QUIET.path, 'fake-model+stall-head', false)).status).toBe(504);
});

it('a client that leaves meanwhile leaves nothing behind', async () => {
  const { relay } = await relayTo(bothFamilies(fake.url));
  const model = 'fake-model+stall-head,id=left';
  const booked = relay.nextRecord();
  const res = await answered(relay.port, QUIET.path, model);
  res.on('error', () => {}).destroy();
  expect(await booked).toMatchObject({ outcome: 'client_closed', status: 499 });
  await fake.witness.waitFor((record) => record.model === model && record.outcome === 'aborted');
  expect(relay.out).toEqual({ passes: 0, holds: 0 });
});

it('a body where a stream was begun is told as a failure, and nobody pays', async () => {
  const usage = { prompt_tokens: 1, completion_tokens: 1 };
  const answer = (res: ServerResponse) => {
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ choices: [{ message: { content: 'a' } }], usage }));
  };
  const server = createServer((req, res) => {
    req.resume();
    setTimeout(() => answer(res), 400);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close().closeAllConnections());
  const { relay, ask } = await relayTo([
    channel({ id: 'a', baseUrl: `http://127.0.0.1:${portOf(server.address())}` }),
  ]);
  const got = await ask(QUIET.path, 'm');
  expect(got.text).toMatch(/^(: keep-alive\n\n)+data: \{"error"/);
  expect(got.complete).toBe(true);
  expect(relay.records).toMatchObject([
    { outcome: 'upstream_error', status: 502, errorCode: 'no_stream', costNanoUsd: 0n, usage: { output: 1 } },
  ]);
});
