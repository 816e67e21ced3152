// Promise: a silent stream keeps its client by whole keep-alives between events; an upstream that only pings is cut off.
import { createServer, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { Channel, Patience } from '../snapshot.ts';
import { call, channel, portOf, snapshot, startRelay } from './harness.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
type Script = (res: ServerResponse) => Promise<void>;

/** One streamed request through a relay to an upstream that follows `script`. */
async function stream(type: Channel['type'], script: Script, over: Partial<Channel & Patience> = {}) {
  const server = createServer((req, res) => {
    req.resume();
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    script(res).finally(() => res.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const claude = type === 'claude';
  const one = channel({
    id: 'a',
    baseUrl: `http://127.0.0.1:${portOf(server.address())}`,
    type,
    protocols: [claude ? 'anthropic-messages' : 'openai-chat'],
    ...over,
  });
  const relay = await startRelay(snapshot([one], { patience: { keepAliveMs: 100, ...over } }));
  open.push(relay, { close: () => server.close().closeAllConnections() });
  const body = {
    model: 'm',
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: 9,
    messages: [],
  };
  const got = await call({ port: relay.port, path: claude ? '/v1/messages' : '/v1/chat/completions', body });
  return { got, record: relay.records[0] };
}

const FIRST =
  'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":1}}}\n\n';
const LAST = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
const PING = 'event: ping\ndata: {"type": "ping"}\n\n';
const USAGE = 'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}\n\n';
const CHUNK = 'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n';

describe('while the upstream is silent', () => {
  it.each([
    ['claude', FIRST, LAST, PING],
    ['openai', CHUNK, `${USAGE}data: [DONE]\n\n`, ': keep-alive\n\n'],
  ] as const)('a client of %s gets keep-alives', async (type, first, last, keepAlive) => {
    const { got, record } = await stream(type, async (res) => {
      res.write(first);
      await wait(500);
      res.write(last);
    });
    const between = got.text.slice(first.length, -last.length);
    expect(got.text).toBe(first + keepAlive.repeat(between.length / keepAlive.length) + last);
    expect(between.length / keepAlive.length).toBeGreaterThanOrEqual(1);
    expect(record?.outcome).toBe('ok');
  });

  it('never inside an event', async () => {
    const { got } = await stream('claude', async (res) => {
      res.write(FIRST + LAST.slice(0, 30));
      await wait(400);
      res.write(LAST.slice(30));
    });
    expect(got.text).toBe(FIRST + LAST);
  });

  it('and none while events come', async () => {
    const { got } = await stream(
      'openai',
      async (res) => {
        for (let count = 0; count < 20; count++) {
          res.write(CHUNK);
          await wait(20);
        }
        res.write('data: [DONE]\n\n');
      },
      { keepAliveMs: 400 },
    );
    expect(got.text).not.toContain('keep-alive');
  });
});

it.each([
  ['claude', FIRST, PING],
  ['openai', CHUNK, ': still here\n\n'],
] as const)('pings of a %s upstream pass on, yet do not count as progress', async (type, first, ping) => {
  const { got, record } = await stream(
    type,
    async (res) => {
      res.write(first);
      for (let count = 0; count < 100 && !res.destroyed; count++) {
        await wait(30);
        res.write(ping);
      }
    },
    { idleTimeoutMs: 300 },
  );
  expect(got.text).toContain(first + ping);
  expect(got.text).toMatch(/"error"/);
  expect(record).toMatchObject({
    outcome: 'upstream_truncated',
    errorText: expect.stringContaining('idle_timeout'),
  });
  expect(record?.durationMs).toBeLessThan(2_000);
});

it('a piece inside an event is progress, even if it looks like a comment', async () => {
  const pieces = Array.from({ length: 30 }, () => ':x');
  const { got, record } = await stream(
    'openai',
    async (res) => {
      res.write(CHUNK);
      res.write('data: {"choices":[{"index":0,"delta":{"content":"');
      for (const piece of pieces) {
        await wait(30);
        res.write(piece);
      }
      res.write('"}}]}\n\ndata: [DONE]\n\n');
    },
    { idleTimeoutMs: 300 },
  );
  expect(got.text).toContain(pieces.join(''));
  expect(record).toMatchObject({ outcome: 'ok' });
});
