// Promise: who pays follows from how a request ended. One case per row of the table; a killed relay is e2e/kill.test.ts.
import { createServer, request, type Server } from 'node:http';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { ExchangeRecord } from '../exchange-record.ts';
import { cost } from '../metering/cost.ts';
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
const FULL = 1_000_000;
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
  until: 'upstream has it' | 'first bytes',
): Promise<ExchangeRecord> {
  const { port, nextRecord } = await start(sent);
  const booked = nextRecord();
  const from = fake.witness.last()?.sequence ?? 0;
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const req = request({ port, path: '/v1/chat/completions', method: 'POST', agent: false, headers });
  req.on('error', () => {});
  const begun = new Promise<void>((resolve) => {
    req.on('response', (res) => {
      res.on('error', () => {});
      res.once('data', () => resolve());
    });
  });
  req.end(JSON.stringify({ model: MODEL, stream, messages }));
  if (until === 'first bytes') await begun;
  else await fake.witness.waitFor(({ sequence, model }) => sequence > from && model !== null);
  req.destroy();
  return booked;
}

const full = (record: ExchangeRecord): bigint => cost(record.usage, PRICE, FULL);
const reported = () => fake.witness.last()?.usage;

it('success: full', async () => {
  const record = await ask({});
  expect(record).toMatchObject({ outcome: 'ok', usage: { estimated: false, output: reported()?.output } });
  expect(record.costNanoUsd).toBe(full(record));
  expect(record.costNanoUsd).toBeGreaterThan(0n);
  expect(record.operatorLossNanoUsd).toBe(0n);
});

it('`max_tokens`: full', async () => {
  const record = await ask({}, { max_tokens: 3, stream: true });
  expect(record).toMatchObject({ outcome: 'ok', usage: { estimated: false, output: 3 } });
  expect(record.costNanoUsd).toBe(full(record));
});

it('`response.incomplete`: full', async () => {
  const record = await ask({}, { max_output_tokens: 16, stream: true }, '/v1/responses');
  expect(record).toMatchObject({ outcome: 'ok', usage: { estimated: false, output: reported()?.output } });
  expect(record.costNanoUsd).toBe(full(record));
});

it('client gone before any upstream byte, aborted: 0', async () => {
  const record = await leave({ behaviour: 'stall-head' }, true, 'upstream has it');
  expect(record).toMatchObject({ outcome: 'client_closed', costNanoUsd: 0n, operatorLossNanoUsd: 0n });
});

it('client gone later, aborted: observed usage, delivered output estimated', async () => {
  const record = await leave({ behaviour: 'events=100000,interval=20' }, true, 'first bytes');
  expect(record).toMatchObject({ outcome: 'client_closed', usage: { estimated: true } });
  expect(record.costNanoUsd).toBe(full(record));
  expect(record.costNanoUsd).toBeGreaterThan(0n);
});

it("client gone later, drained: the provider's usage", async () => {
  const over = { onClientGone: 'drain' } as const;
  const record = await leave({ behaviour: 'events=12,interval=20', over }, true, 'first bytes');
  expect(record).toMatchObject({ outcome: 'client_closed', usage: { estimated: false } });
  expect(record.usage.output).toBe(reported()?.output);
  expect(record.costNanoUsd).toBe(full(record));
});

it('non-streamed, client gone, upstream answered: full', async () => {
  const over = { onClientGone: 'drain' } as const;
  const record = await leave({ behaviour: 'events=20000,size=64,drip=8192', over }, false, 'first bytes');
  expect(record).toMatchObject({ outcome: 'client_closed', usage: { estimated: false } });
  expect(record.costNanoUsd).toBe(full(record));
  expect(record.costNanoUsd).toBeGreaterThan(0n);
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
  expect(record).toMatchObject({ outcome: 'ok', channelId: 'b' });
  expect(record.costNanoUsd).toBe(full(record));
  expect(record.operatorLossNanoUsd).toBe(1_000n * 3_000n + 100n * 15_000n);
});

it('upstream dies mid-stream: 0 by default, the loss noted', async () => {
  const record = await ask({ behaviour: 'die=4,interval=5' }, { stream: true });
  expect(record).toMatchObject({ outcome: 'upstream_truncated', costNanoUsd: 0n });
  expect(record.operatorLossNanoUsd).toBe(full(record));
  expect(record.operatorLossNanoUsd).toBeGreaterThan(0n);
});

it('upstream dies mid-stream, where the setting says so: observed usage', async () => {
  const record = await ask({ behaviour: 'die=4,interval=5', truncatedPolicy: 'charge' }, { stream: true });
  expect(record).toMatchObject({ outcome: 'upstream_truncated', operatorLossNanoUsd: 0n });
  expect(record.costNanoUsd).toBe(full(record));
  expect(record.costNanoUsd).toBeGreaterThan(0n);
});

it('relay drained at its shutdown deadline: observed usage', async () => {
  const { port, nextRecord, gateway } = await start({ behaviour: 'events=100000,interval=20' });
  const booked = nextRecord();
  const from = fake.witness.last()?.sequence ?? 0;
  const answer = call({ port, path: '/v1/chat/completions', body: { model: MODEL, stream: true, messages } });
  await fake.witness.waitFor(({ sequence, eventsSent }) => sequence > from && eventsSent > 5);
  gateway.interrupt();
  const record = await booked;
  await answer;
  expect(record).toMatchObject({ outcome: 'interrupted', usage: { estimated: true } });
  expect(record.costNanoUsd).toBe(full(record));
  expect(record.costNanoUsd).toBeGreaterThan(0n);
});
