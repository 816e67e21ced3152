// Promise: whatever the relay answers on `/v1` says which request it was, and how much of its time was the relay's own.
import { createConnection } from 'node:net';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Denial } from '../denial.ts';
import type { GatewayDeps } from '../ports.ts';
import type { Snapshot } from '../snapshot.ts';
import { bothFamilies, call, type Got, KEY, type Sent, snapshot, startRelay } from './harness.ts';

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream();
});
beforeEach(() => fake.reset());
afterAll(() => fake.close());

type Scene = Partial<Omit<Sent, 'port'>> & {
  readonly deps?: Partial<GatewayDeps>;
  readonly over?: (base: Snapshot) => Snapshot;
  /** Asked of the fake. */
  readonly model?: string;
};

async function answerTo({ deps, over, model = 'm', ...sent }: Scene) {
  const base = snapshot(bothFamilies(fake.url));
  const relay = await startRelay(over?.(base) ?? base, deps);
  const body = { model, max_tokens: 9, messages: [{ role: 'user', content: 'x' }] };
  const got = await call({ path: '/v1/messages', body, ...sent, port: relay.port });
  await relay.close();
  return { got, record: relay.records[0] };
}

/** Each once: a second one would come as a list. */
function ownOf({ headers }: Got): { id: string; overheadMs: number } {
  const overhead = headers['x-relay-overhead-ms'];
  expect(overhead).toMatch(/^\d+\.\d\d$/);
  expect(headers['x-request-id']).toMatch(/^req_\w+$/);
  return { id: String(headers['x-request-id']), overheadMs: Number(overhead) };
}

const refusing = (denial: Denial) => ({ purse: { hold: () => denial } });
const closed = (base: Snapshot): Snapshot => ({
  ...base,
  settings: { ...base.settings, maintenance: { on: true, message: '' } },
});
const NO_BODY = { body: undefined, method: 'GET' };

const SCENES: [string, number, Scene][] = [
  ['no key', 401, { headers: { authorization: '' } }],
  ['no quota', 402, { deps: refusing({ denied: 'quota_zero' }) }],
  ['an unknown path', 404, { path: '/v1/nope' }],
  ['another method', 405, { ...NO_BODY, path: '/v1/messages' }],
  ['no JSON', 400, { body: '{' }],
  ['an unknown coding', 415, { headers: { 'content-encoding': 'lzma' } }],
  ['a limit', 429, { deps: { admission: { take: () => ({ denied: 'limit_reached', retryAfterMs: 1 }) } } }],
  ['maintenance', 503, { over: closed }],
  ['an upstream that fails', 502, { model: 'fake+500' }],
  ['an upstream that refuses the key', 502, { model: 'fake+401' }],
  ['an upstream that is limited', 429, { model: 'fake+429' }],
  ["the upstream's own refusal", 400, { model: 'fake+400' }],
  ['an answer', 200, { model: 'fake' }],
  ['the base address', 200, { ...NO_BODY, path: '/v1' }],
  ['its head', 200, { ...NO_BODY, path: '/v1/', method: 'HEAD' }],
  ['the list of models', 200, { ...NO_BODY, path: '/v1/models' }],
  ['a model that is not there', 404, { ...NO_BODY, path: '/v1/models/none' }],
];

describe.each(['/v1/messages', '/v1/chat/completions'])('%s', (path) => {
  it.each(SCENES)('%s → %i', async (...row) => {
    const [, status, scene] = row;
    const { got, record } = await answerTo({ path, ...scene });
    expect(got.status).toBe(status);
    const { id, overheadMs } = ownOf(got);
    if (record) expect(record.requestId).toBe(id);
    expect(overheadMs).toBeLessThan(5_000);
  });
});

it('usage of a key', async () => {
  const keyUsage = { guard: async () => null, read: async () => ({ numbers: 1 }) };
  const { got } = await answerTo({ ...NO_BODY, path: '/v1/usage', deps: { keyUsage } });
  expect(got.json).toEqual({ numbers: 1 });
  ownOf(got);
});

it.each(['500', '400'])(
  'the time in which an upstream thought about its %s is not the relay’s',
  async (status) => {
    const { got, record } = await answerTo({ model: `fake+${status},delay=600` });
    const { overheadMs } = ownOf(got);
    expect(record?.durationMs).toBeGreaterThan(590);
    expect(overheadMs).toBeLessThan(400);
    expect(Math.abs(overheadMs - (record?.overheadMs ?? 0))).toBeLessThan(100);
  },
);

it('nor is the time that a client took to send its body', async () => {
  const relay = await startRelay(snapshot(bothFamilies(fake.url)));
  const socket = createConnection(relay.port, '127.0.0.1');
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer ${KEY}\r\ncontent-length: 2\r\n\r\n{`,
  );
  setTimeout(() => socket.write('x'), 600);
  const head = await new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(String(bytes))));
  socket.destroy();
  await relay.close();
  expect(head).toContain(' 400 Bad Request');
  expect(relay.records[0]?.durationMs).toBeGreaterThan(590);
  expect(Number(/x-relay-overhead-ms: (\S+)/.exec(head)?.[1])).toBeLessThan(400);
});
