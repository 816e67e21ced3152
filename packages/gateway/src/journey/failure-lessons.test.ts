// Promise: each row of the failure table also teaches the channel what it should, and nothing more, over real sockets.
import { createServer, type Server } from 'node:http';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HealthReport } from '../ports.ts';
import { MemoryChannelHealth } from '../routing/health.ts';
import type { Channel } from '../snapshot.ts';
import { call, channel, portOf, snapshot, startRelay } from './harness.ts';

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream();
});
afterAll(() => fake.close());

const at = (id: string, behaviour: string, over: Partial<Channel> = {}) =>
  channel({
    id,
    baseUrl: fake.url,
    type: 'claude',
    protocols: ['anthropic-messages'],
    modelRenames: { m: `fake-claude+${behaviour}`, other: 'fake-claude' },
    ...over,
  });

const GOOD = () => at('good', '', { priority: -1 });

/** Sends once per name of `models`; gives the answers, what was tried, and what was learnt of the first channel. */
async function send(channels: readonly Channel[], models: readonly string[] = ['m'], stream = false) {
  const local = new MemoryChannelHealth(() => ({ minMs: 1_000, maxMs: 60_000 }));
  const lessons: HealthReport[] = [];
  const health = {
    coolingUntilMs: local.coolingUntilMs.bind(local),
    breaker: local.breaker.bind(local),
    begin: local.begin.bind(local),
    clear: local.clear.bind(local),
    whole: local.whole.bind(local),
    brokeOff: local.brokeOff.bind(local),
    report: (report: HealthReport) => {
      lessons.push(report);
      local.report(report);
    },
  };
  const relay = await startRelay(snapshot(channels, { patience: { overloadPauseMs: 5 } }), { health });
  const answers = [];
  for (const model of models) {
    const messages = [{ role: 'user', content: `about ${model} ${Math.random()}` }];
    const body = { model, max_tokens: 20, stream, messages };
    answers.push(await call({ port: relay.port, path: '/v1/messages', body }));
  }
  await relay.close();
  expect(relay.out).toEqual({ passes: 0, holds: 0 });
  const key = `${channels[0]?.id}_key`;
  return {
    answers,
    tried: relay.records.map(({ attempts }) => attempts.map((one) => `${one.channelId} ${one.reason}`)),
    learnt: lessons.filter((one) => one.channelKeyId === key).map(({ lesson }) => lesson),
    coolsMs: (upstreamModel: string) => local.coolingUntilMs(key, upstreamModel) - Date.now(),
    breaker: local.breaker(key, Date.now()),
    records: relay.records,
  };
}

describe('the client is at fault: its original answer, no other channel, nothing learnt', () => {
  it.each([
    ['400', 400],
    ['413', 413],
    ['422', 422],
    ['error=context', 400],
  ])('%s', async (behaviour, status) => {
    const { answers, tried, learnt, coolsMs } = await send([at('bad', behaviour), GOOD()]);
    expect(answers[0]?.status).toBe(status);
    expect(tried).toEqual([['bad invalid_request']]);
    expect(learnt).toEqual(['nothing']);
    expect(coolsMs('m')).toBeLessThan(0);
  });

  it('400 for a thinking signature', async () => {
    const { answers, tried, learnt } = await send([at('bad', 'error=signature'), GOOD()]);
    expect(answers[0]?.status).toBe(400);
    expect(tried[0]?.every((one) => one === 'bad thinking_signature')).toBe(true);
    expect(new Set(learnt)).toEqual(new Set(['nothing']));
  });
});

describe('the channel is at fault: the next one answers, and it is left alone as long as it should', () => {
  it.each([
    ['402', 'quota_exhausted', 'quota_exhausted', 240_000],
    ['401', 'key_rejected', 'key_rejected', 240_000],
    ['403', 'key_rejected', 'key_rejected', 240_000],
    ['429,retry-after=7', 'rate_limited', 'rate_limited', 5_000],
    ['529', 'overloaded', 'overloaded', 500],
  ])('%s', async (behaviour, reason, lesson, coolsAtLeastMs) => {
    const { answers, tried, learnt, coolsMs } = await send([at('bad', behaviour), GOOD()], ['m', 'm']);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(tried[0]?.[0]).toBe(`bad ${reason}`);
    expect(tried[0]?.at(-1)).toBe('good ok');
    expect(tried[1], 'the second request passes it by').toEqual(['good ok']);
    expect(new Set(learnt)).toEqual(new Set([lesson]));
    expect(coolsMs(`fake-claude+${behaviour}`)).toBeGreaterThan(coolsAtLeastMs);
  });

  it.each([
    ['500', 'upstream_failed'],
    ['502', 'upstream_failed'],
    ['504', 'upstream_failed'],
    ['empty', 'empty_answer'],
    ['reset', 'reset'],
    ['die=0', 'reset_in_body'],
    ['stall-head', 'timeout'],
    ['stall=0', 'timeout'],
  ])('%s: a failure, and a single one does not close the channel off', async (behaviour, reason) => {
    const bad = at('bad', behaviour, { priority: 1, firstByteTimeoutMs: 150, idleTimeoutMs: 150 });
    const { answers, tried, learnt, breaker } = await send([bad, GOOD()], ['m'], true);
    expect(answers[0]?.status).toBe(200);
    expect([tried[0]?.[0], tried[0]?.at(-1)]).toEqual([`bad ${reason}`, 'good ok']);
    expect(learnt).toEqual(['failure']);
    expect(breaker).toBe('closed');
  });

  it.each([
    ['400', 'error=capacity,status=400'],
    ['200', 'error=capacity,error-body'],
    ['200 and no more', 'error=overloaded,error-body'],
  ])('“at capacity” in a %s is an overload, not a bad request', async (_name, behaviour) => {
    for (const stream of [false, true]) {
      const { answers, tried, learnt } = await send([at('bad', behaviour), GOOD()], ['m'], stream);
      expect(answers[0]?.status).toBe(200);
      expect(tried[0]).toEqual(['bad overloaded', 'bad overloaded', 'bad overloaded', 'good ok']);
      expect(new Set(learnt)).toEqual(new Set(['overloaded']));
    }
  });

  it('404 marks the model on that channel, and no other model', async () => {
    const { answers, tried, learnt } = await send([at('bad', '404'), GOOD()], ['m', 'm', 'other']);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(tried).toEqual([['bad model_missing', 'good ok'], ['good ok'], ['bad ok']]);
    expect(learnt).toEqual(['model_missing', 'success']);
  });
});

describe('an answer that has said nothing yet is no answer', () => {
  const PING = 'event: ping\ndata: {"type":"ping"}\n\n';
  const ERROR = 'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"boom"}}\n\n';

  async function upstreamThatSays(text: string): Promise<Server> {
    const server = createServer((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      const parts = text.split(/(?<=\n\n)/);
      const next = () => {
        const part = parts.shift();
        if (part === undefined) res.end();
        else res.write(part, () => setTimeout(next, 20));
      };
      next();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  it.each([
    ['comments, then the end', ': hello\n\n: still here\n\n', 'empty_answer'],
    ['pings, then the end', PING + PING, 'empty_answer'],
    ['a comment, then an error', `: hello\n\n${ERROR}`, 'error_in_answer'],
    ['a ping, then an error', PING + ERROR, 'error_in_answer'],
  ])('%s: the next channel is asked', async (_name, text, reason) => {
    const server = await upstreamThatSays(text);
    const bad = at('bad', '', { baseUrl: `http://127.0.0.1:${portOf(server.address())}` });
    const { answers, tried } = await send([bad, GOOD()], ['m'], true);
    server.close().closeAllConnections();
    expect(tried).toEqual([[`bad ${reason}`, 'good ok']]);
    expect(answers[0]?.text).toContain('event: message_stop');
  });
});
