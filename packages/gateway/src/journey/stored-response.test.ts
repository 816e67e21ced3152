// Promise: a stored response is read, cancelled and deleted at the channel key that made it, by its user only, free of charge.
import { createServer } from 'node:http';
import { Secret } from '@api-proxy/kit/secret';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GatewayDeps } from '../ports.ts';
import { MemoryAffinity } from '../routing/affinity.ts';
import { responseName } from '../routing/session.ts';
import type { Channel, Snapshot } from '../snapshot.ts';
import {
  call,
  caller,
  channel,
  KEY,
  PRICE,
  portOf,
  snapshot,
  startRelay,
  type TestRelay,
} from './harness.ts';

const FAKES = 4;
let fakes: FakeUpstream[];
beforeAll(async () => {
  fakes = await Promise.all(Array.from({ length: FAKES }, () => startFakeUpstream()));
});
afterAll(() => Promise.all(fakes.map((fake) => fake.close())));

/** Each keeps its own responses: only the one that made a response knows it. */
const channels = (): Channel[] =>
  fakes.map(({ url }, index) => channel({ id: `chn_${index}`, baseUrl: url, models: ['m'] }));

type Scene = {
  readonly over?: Partial<GatewayDeps>;
  readonly current?: Snapshot;
};

async function withRelay<T>(work: (relay: TestRelay) => Promise<T>, scene: Scene = {}): Promise<T> {
  const relay = await startRelay(
    scene.current ?? snapshot(channels(), { prices: new Map([['m', [PRICE]]]) }),
    scene.over,
  );
  try {
    return await work(relay);
  } finally {
    await relay.close();
  }
}

async function make(relay: TestRelay, over: object = {}): Promise<string> {
  const body = { model: 'm', input: 'hello', ...over };
  const got = await call({ port: relay.port, path: '/v1/responses', body });
  const id: unknown = Reflect.get(Object(got.json), 'id');
  if (typeof id !== 'string') throw new Error(`no response was made: ${got.text}`);
  return id;
}

type About = { readonly method?: string; readonly rest?: string; readonly key?: string };

function ask(relay: TestRelay, id: string, { method = 'GET', rest = '', key = KEY }: About = {}) {
  const headers = { authorization: `Bearer ${key}` };
  return call({ port: relay.port, path: `/v1/responses/${id}${rest}`, method, headers });
}

it('each goes to the upstream that made it, its bytes and query unchanged, with a row and no charge', async () => {
  await withRelay(async (relay) => {
    for (let count = 0; count < 6; count++) {
      const id = await make(relay);
      const made = relay.records.at(-1);
      const got = await ask(relay, id, { rest: '?include=a&include=b' });
      expect([got.status, Reflect.get(Object(got.json), 'id')]).toEqual([200, id]);
      const record = relay.records.at(-1);
      expect(record).toMatchObject({
        operation: 'stored_response',
        outcome: 'ok',
        status: 200,
        channelKeyId: made?.channelKeyId,
        costNanoUsd: 0n,
        priced: false,
      });
      expect(record?.usage).toMatchObject({ input: 0, output: 0 });
      expect(record?.attempts).toHaveLength(1);
      const maker = fakes[Number(made?.channelId?.slice(4))];
      expect(maker?.witness.recent().at(-1)?.path).toBe(`/v1/responses/${id}?include=a&include=b`);
      const items = await ask(relay, id, { rest: '/input_items?limit=5' });
      expect(items.json).toMatchObject({ object: 'list', data: [{ type: 'message' }] });
    }
    expect(relay.out).toEqual({ passes: 0, holds: 0 });
  });
});

it('no money is held for it', async () => {
  let holds = 0;
  const purse = {
    hold: () => {
      holds++;
      return { release: () => {} };
    },
  };
  await withRelay(
    async (relay) => {
      const id = await make(relay);
      await ask(relay, id);
      expect(holds).toBe(1);
    },
    { over: { purse } },
  );
});

it('a background response is cancelled; one that was not in the background is refused by its maker', async () => {
  await withRelay(async (relay) => {
    const queued = await make(relay, { background: true });
    const cancelled = await ask(relay, queued, { method: 'POST', rest: '/cancel' });
    expect([cancelled.status, Reflect.get(Object(cancelled.json), 'status')]).toEqual([200, 'cancelled']);
    const refused = await ask(relay, await make(relay), { method: 'POST', rest: '/cancel' });
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('synchronous')]);
    expect(relay.records.at(-1)).toMatchObject({ outcome: 'client_error', status: 400 });
  });
});

it('a deleted response is gone at its maker, whose 404 passes', async () => {
  await withRelay(async (relay) => {
    const id = await make(relay);
    const deleted = await ask(relay, id, { method: 'DELETE' });
    expect([deleted.status, deleted.json]).toEqual([200, { id, object: 'response.deleted', deleted: true }]);
    const gone = await ask(relay, id);
    expect([gone.status, gone.text]).toEqual([404, expect.stringContaining(`Response with id '${id}'`)]);
    expect(relay.records.at(-1)?.attempts).toMatchObject([{ status: 404, outcome: 'failed' }]);
    // It taught nothing: the next request may go anywhere.
    expect((await ask(relay, await make(relay))).status).toBe(200);
  });
});

it('an unknown id and the id of another user are a 404 in the shape of OpenAI, and nothing is sent', async () => {
  const other = 'sk-relay-test-another-user';
  const callers = {
    find: (hash: string) => (hash.endsWith(KEY) ? caller() : caller({ user: { id: 'usr_2' } })),
  };
  await withRelay(
    async (relay) => {
      const id = await make(relay);
      for (const [asked, key] of [
        [id, other],
        ['resp_unknown', KEY],
      ] as const) {
        const got = await ask(relay, asked, { key });
        expect(got.status).toBe(404);
        expect(got.json).toMatchObject({
          error: {
            type: 'invalid_request_error',
            code: 'response_unknown',
            message: expect.stringContaining(asked),
          },
        });
        expect(relay.records.at(-1)).toMatchObject({
          outcome: 'client_error',
          channelId: null,
          attempts: [],
        });
      }
      expect((await ask(relay, id)).status).toBe(200);
    },
    { over: { callers } },
  );
});

it('a maker that is gone is a 404, one that is disabled a 503', async () => {
  const makers = new MemoryAffinity(Date.now);
  const bind = (id: string, channelId: string, channelKeyId: string) =>
    makers.bind(responseName('usr_1', id), { channelId, channelKeyId }, 60_000);
  bind('resp_gone', 'chn_gone', 'k');
  bind('resp_key_gone', 'chn_on', 'k');
  bind('resp_off', 'chn_off', 'chn_off_key');
  bind('resp_key_off', 'chn_on', 'off');
  const baseUrl = 'http://127.0.0.1:1';
  const keys = [{ id: 'off', secret: new Secret('s'), enabled: false }];
  const current = snapshot([
    channel({ id: 'chn_off', baseUrl, enabled: false }),
    channel({ id: 'chn_on', baseUrl, keys }),
  ]);
  await withRelay(
    async (relay) => {
      const status = async (id: string) => (await ask(relay, id)).status;
      expect(await status('resp_gone')).toBe(404);
      expect(await status('resp_key_gone')).toBe(404);
      expect(await status('resp_off')).toBe(503);
      expect(await status('resp_key_off')).toBe(503);
    },
    { over: { makers }, current },
  );
});

it('limits count, rights hold, other methods and keys are refused', async () => {
  const admission = { take: () => ({ denied: 'limit_reached', facts: { limit: 'rpm' } }) as const };
  await withRelay(async (relay) => expect((await ask(relay, 'resp_1')).status).toBe(429), {
    over: { admission },
  });
  const callers = { find: () => caller({ key: { allowedModels: ['m'] } }) };
  await withRelay(async (relay) => expect((await ask(relay, await make(relay))).status).toBe(200), {
    over: { callers },
  });
  await withRelay(async (relay) => {
    expect((await ask(relay, 'resp_1', { key: 'sk-relay-nope' })).status).toBe(401);
    const put = await ask(relay, 'resp_1', { method: 'PUT' });
    expect([put.status, put.headers.allow]).toEqual([405, 'GET, DELETE']);
    expect((await ask(relay, 'compact', { method: 'POST' })).status).toBe(404);
  });
});

/** A relay bound to an upstream that answers everything with one status and body. */
async function withStub(answer: { status: number; body: string }, work: (relay: TestRelay) => Promise<void>) {
  const server = createServer((_req, res) => {
    res.writeHead(answer.status, { 'content-type': 'application/json' });
    res.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const makers = new MemoryAffinity(Date.now);
  makers.bind(responseName('usr_1', 'resp_1'), { channelId: 'chn', channelKeyId: 'chn_key' }, 60_000);
  const baseUrl = `http://127.0.0.1:${portOf(server.address())}`;
  const current = snapshot([channel({ id: 'chn', baseUrl })]);
  try {
    await withRelay(work, { over: { makers }, current });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

it('a stored response that failed is passed on as it is', async () => {
  const body = '{"id":"resp_1", "status":"failed","error":{"code":"server_error","message":"overloaded"}}';
  await withStub({ status: 200, body }, async (relay) => {
    const got = await ask(relay, 'resp_1');
    expect([got.status, got.text]).toEqual([200, body]);
  });
});

it('an upstream that refuses the credential is a 502 without its text', async () => {
  const body = '{"error":{"message":"Incorrect API key provided: sk-up"}}';
  await withStub({ status: 401, body }, async (relay) => {
    const got = await ask(relay, 'resp_1');
    expect(got.status).toBe(502);
    expect(got.text).not.toContain('sk-up');
    expect(relay.records[0]).toMatchObject({ outcome: 'upstream_error', errorCode: 'key_rejected' });
  });
});
