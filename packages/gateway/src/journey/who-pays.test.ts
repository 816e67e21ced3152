// Promise: who pays follows from how a request ended. One case per row of the table; a killed relay is e2e/kill.test.ts.
import { createServer, request, type Server } from 'node:http';
import { NO_USAGE } from '@api-proxy/protocols/usage';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { ExchangeRecord } from '../exchange-record.ts';
import type { Channel } from '../snapshot.ts';
import { call, channel, KEY, PRICE, portOf, snapshot, startRelay, type TestRelay } from './harness.ts';

let fake: FakeUpstream;
let relay: TestRelay | undefined;
const servers: Server[] = [];
beforeAll(async () => {
  fake = await startFakeUpstream();
});
afterEach(async () => {
  await relay?.close();
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => fake.close());

const MODEL = 'm';
const messages = [{ role: 'user', content: 'Who pays for this?' }];

type Case = {
  /** What the fake upstream does. */
  behaviour?: string;
  channels?: readonly Channel[];
  over?: Partial<Channel>;
  truncatedPolicy?: 'free' | 'charge';
};

const upstream = (behaviour: string, over: Partial<Channel> = {}): Channel =>
  channel({
    ...{ id: 'a', baseUrl: fake.url, protocols: ['openai-chat', 'openai-responses', 'anthropic-messages'] },
    modelRenames: { [MODEL]: behaviour ? `fake-model+${behaviour}` : 'fake-model' },
    ...over,
  });

async function start({ behaviour = '', channels, over, truncatedPolicy = 'free' }: Case): Promise<TestRelay> {
  const base = snapshot(channels ?? [upstream(behaviour, over)], { prices: new Map([[MODEL, [PRICE]]]) });
  relay = await startRelay({ ...base, settings: { ...base.settings, truncatedPolicy } });
  return relay;
}

/** Sends a chat request and waits for its row. */
async function ask(sent: Case, body: object = {}, path = '/v1/chat/completions'): Promise<ExchangeRecord> {
  const { port, nextRecord } = await start(sent);
  const booked = nextRecord();
  await call({ port, path, body: { model: MODEL, messages, input: 'Who pays?', ...body } }).catch(
    () => undefined,
  );
  return booked;
}

/** Sends a request, leaves when `until` says so, and waits for the row. */
async function leave(
  sent: Case,
  stream: boolean,
  until: 'upstream has it' | 'first bytes' | 'ten events',
): Promise<ExchangeRecord> {
  const { port, nextRecord } = await start(sent);
  const booked = nextRecord();
  const from = fake.witness.last()?.sequence ?? 0;
  const { req, read } = send(port, stream);
  if (until === 'upstream has it')
    await fake.witness.waitFor(({ sequence, model }) => sequence > from && model !== null);
  else await read(until === 'first bytes' ? 0 : 10);
  req.destroy();
  return booked;
}

/** Sends a request; `read` resolves when bytes, and at least so many whole texts, have come. */
function send(port: number, stream: boolean) {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const req = request({ port, path: '/v1/chat/completions', method: 'POST', agent: false, headers });
  let text = '';
  let told = () => {};
  req.on('error', () => {});
  req.on('response', (res) => {
    res.on('error', () => {});
    res.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      told();
    });
  });
  req.end(JSON.stringify({ model: MODEL, stream, messages }));
  const read = (texts: number) =>
    new Promise<void>((resolve) => {
      told = () => {
        if (text.split(TEXT).length > texts) resolve();
      };
      if (text !== '') told();
    });
  return { req, read };
}

/** The text of one event of the fake upstream with `size=2160`; it counts four bytes as one token. */
const TEXT = /"content":\s*"[^"]{2160}"/;
/** What the fake reports, of which four bytes are a token: 22 bytes of "user" and the question, and its own answer. */
const IN = 6;
const OUT = 41;
/** Event streams begin with one event without text. */
const DIES = 'die=5,events=20,size=2160';
const STALLED = 'stall=11,events=20,size=2160';
const usageOf = (input: number, output: number, estimated = false) => ({
  ...NO_USAGE,
  input,
  output,
  estimated,
});

it('success: full', async () => {
  const record = await ask({});
  expect(record).toMatchObject({ outcome: 'ok', usage: usageOf(IN, OUT), operatorLossNanoUsd: 0n });
  expect(record.costNanoUsd).toBe(6n * 3_000n + 41n * 15_000n);
});

it('`max_tokens`: full', async () => {
  const record = await ask({}, { max_tokens: 3, stream: true });
  expect(record).toMatchObject({ outcome: 'ok', usage: usageOf(IN, 3) });
  expect(record.costNanoUsd).toBe(6n * 3_000n + 3n * 15_000n);
});

it('`response.incomplete`: full', async () => {
  const record = await ask({}, { max_output_tokens: 16, stream: true }, '/v1/responses');
  expect(record).toMatchObject({ outcome: 'ok', usage: usageOf(3, 16) });
  expect(record.costNanoUsd).toBe(3n * 3_000n + 16n * 15_000n);
});

it('client gone before any upstream byte, aborted: 0', async () => {
  const record = await leave({ behaviour: 'stall-head' }, true, 'upstream has it');
  expect(record).toMatchObject({ outcome: 'client_closed', costNanoUsd: 0n, operatorLossNanoUsd: 0n });
});

it('client gone later, aborted: observed usage, delivered output estimated', async () => {
  const record = await leave({ behaviour: STALLED }, true, 'ten events');
  // A body of 87 bytes, four to a token; ten texts of 2,160 bytes, five to a token.
  expect(record).toMatchObject({ outcome: 'client_closed', usage: usageOf(22, 4_320, true) });
  expect(record.costNanoUsd).toBe(22n * 3_000n + 4_320n * 15_000n);
});

it.each([
  ['one answer', {}, 100],
  ['two answers', { n: 2 }, 200],
])('an estimate is never more than %s as long as the request allows', async (_name, more, output) => {
  const behaviour = 'no-usage,events=10,size=2160';
  const record = await ask({ behaviour }, { max_tokens: 100, stream: true, ...more });
  expect(record).toMatchObject({ outcome: 'ok', usage: { output, estimated: true } });
});

it("client gone later, drained: the provider's usage", async () => {
  const over = { onClientGone: 'drain' } as const;
  const record = await leave({ behaviour: 'events=12,interval=20', over }, true, 'first bytes');
  expect(record).toMatchObject({ outcome: 'client_closed', usage: usageOf(IN, 24) });
  expect(record.costNanoUsd).toBe(6n * 3_000n + 24n * 15_000n);
});

it('non-streamed, client gone, upstream answered: full', async () => {
  const over = { onClientGone: 'drain' } as const;
  const record = await leave({ behaviour: 'events=20000,size=64,drip=8192', over }, false, 'first bytes');
  expect(record).toMatchObject({ outcome: 'client_closed', usage: usageOf(IN, 320_000) });
  expect(record.costNanoUsd).toBe(6n * 3_000n + 320_000n * 15_000n);
});

it('upstream error before bytes: 0', async () => {
  const record = await ask({ behaviour: '500' });
  expect(record).toMatchObject({ outcome: 'upstream_error', costNanoUsd: 0n, operatorLossNanoUsd: 0n });
});

it('attempt that was failed over: 0, and what it said it used is the loss of the operator', async () => {
  const failing = createServer((req, res) => {
    req.resume().on('end', () => {
      res.writeHead(500, { 'content-type': 'application/json' });
      const usage = { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 };
      res.end(JSON.stringify({ error: { message: 'lost', type: 'server_error' }, usage }));
    });
  });
  servers.push(failing);
  await new Promise<void>((resolve) => failing.listen(0, '127.0.0.1', resolve));
  const first = upstream('', { baseUrl: `http://127.0.0.1:${portOf(failing.address())}`, priority: 1 });
  const record = await ask({ channels: [first, upstream('', { id: 'b' })] });
  expect(record).toMatchObject({ outcome: 'ok', channelId: 'b', usage: usageOf(IN, OUT) });
  expect(record.costNanoUsd).toBe(6n * 3_000n + 41n * 15_000n);
  expect(record.operatorLossNanoUsd).toBe(1_000n * 3_000n + 100n * 15_000n);
});

it('upstream dies mid-stream: 0 by default, the loss noted', async () => {
  const record = await ask({ behaviour: DIES }, { stream: true });
  expect(record).toMatchObject({ outcome: 'upstream_truncated', usage: usageOf(27, 1_728, true) });
  expect(record).toMatchObject({ costNanoUsd: 0n, operatorLossNanoUsd: 27n * 3_000n + 1_728n * 15_000n });
});

it('upstream dies mid-stream, where the setting says so: observed usage', async () => {
  const record = await ask({ behaviour: DIES, truncatedPolicy: 'charge' }, { stream: true });
  expect(record).toMatchObject({ outcome: 'upstream_truncated', usage: usageOf(27, 1_728, true) });
  expect(record).toMatchObject({ costNanoUsd: 27n * 3_000n + 1_728n * 15_000n, operatorLossNanoUsd: 0n });
});

it('relay drained at its shutdown deadline: observed usage', async () => {
  const { port, nextRecord, gateway } = await start({ behaviour: STALLED });
  const booked = nextRecord();
  await send(port, true).read(10);
  gateway.interrupt();
  const record = await booked;
  expect(record).toMatchObject({ outcome: 'interrupted', usage: usageOf(22, 4_320, true) });
  expect(record.costNanoUsd).toBe(22n * 3_000n + 4_320n * 15_000n);
});
