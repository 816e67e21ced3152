// Promise: a conversation stays on its channel key; when that fails it moves once and stays; weights hold all the same.
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { manualClock, systemClock } from '@api-proxy/kit/clock';
import { Secret } from '@api-proxy/kit/secret';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayDeps } from '../ports.ts';
import { MemoryAffinity } from '../routing/affinity.ts';
import type { Channel } from '../snapshot.ts';
import { call, caller, channel, KEY, portOf, snapshot, startRelay, type TestRelay } from './harness.ts';

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream();
});
afterAll(() => fake.close());

const keys = ['k1', 'k2'].map((id) => ({ id, secret: new Secret(`secret of ${id}`), enabled: true }));

/** Six channels with two keys each: twelve places to land on by chance. */
function many(behaviour: Readonly<Record<string, string>> = {}): Channel[] {
  return [...'abcdef'].map((id) =>
    channel({
      id,
      baseUrl: fake.url,
      protocols: ['openai-chat', 'openai-responses', 'anthropic-messages'],
      keys: keys.map((key) => ({ ...key, id: `${id}_${key.id}` })),
      modelRenames: { m: `fake-model${behaviour[id] ?? ''}` },
    }),
  );
}

async function withRelay<T>(
  channels: readonly Channel[],
  work: (relay: TestRelay) => Promise<T>,
  over: Partial<GatewayDeps> = {},
): Promise<T> {
  const relay = await startRelay(snapshot(channels), over);
  try {
    return await work(relay);
  } finally {
    await relay.close();
  }
}

const chat = (text: string) => ({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: text }] });
type Request = { path: string; body: object; headers?: Record<string, string> };
const send = (relay: TestRelay, { headers, ...request }: Request) =>
  call({ port: relay.port, ...request, headers: { 'anthropic-version': '2023-06-01', ...headers } });
const keysOf = (relay: TestRelay) => new Set(relay.records.map((record) => record.channelKeyId));

const TIES: [string, (turn: number) => Request][] = [
  ...['x-session-id', 'session_id', 'x-claude-code-session-id'].map(
    (name): [string, (turn: number) => Request] => [
      name,
      (turn) => ({ path: '/v1/chat/completions', body: chat(`turn ${turn}`), headers: { [name]: 's' } }),
    ],
  ),
  [
    'metadata.user_id',
    (turn) => ({ path: '/v1/messages', body: { ...chat(`turn ${turn}`), metadata: { user_id: 'u' } } }),
  ],
  [
    'how it begins',
    (turn) => ({
      path: '/v1/messages',
      body: {
        ...chat('hello'),
        system: 'be brief',
        messages: [
          ...chat('hello').messages,
          { role: 'assistant', content: `turn ${turn}` },
          ...chat('so?').messages,
        ],
      },
    }),
  ],
];

describe('a conversation stays on its channel key, told by', () => {
  it.each(TIES)('%s', async (_name, turn) => {
    await withRelay(many(), async (relay) => {
      for (let count = 0; count < 8; count++) expect((await send(relay, turn(count))).status).toBe(200);
      expect(keysOf(relay).size).toBe(1);
      expect(relay.records[1]?.decision.at(-1)).toMatchObject({ kept: true, reason: 'affinity' });
    });
  });

  it('the chain of responses', async () => {
    await withRelay(many(), async (relay) => {
      let previous: unknown;
      for (let count = 0; count < 8; count++) {
        const stream = count % 2 === 1;
        const chained = previous === undefined ? {} : { previous_response_id: previous };
        const body = { model: 'm', input: `turn ${count}`, stream, ...chained };
        const got = await send(relay, { path: '/v1/responses', body });
        expect(got.status).toBe(200);
        previous = stream ? /"id":"(resp_[^"]+)"/.exec(got.text)?.[1] : Reflect.get(Object(got.json), 'id');
        expect(previous).toMatch(/^resp_/);
      }
      expect(keysOf(relay).size).toBe(1);
    });
  });

  it('its first requests, sent at once', async () => {
    await withRelay(many(), async (relay) => {
      const [, turn] = TIES[0] ?? [];
      if (!turn) throw new Error('no way to tie');
      await Promise.all(Array.from({ length: 10 }, (_, count) => send(relay, turn(count))));
      expect(keysOf(relay).size).toBe(1);
    });
  });
});

describe('among workers that share what they know', () => {
  const begins = { path: '/v1/messages', body: chat('hello') };
  const reply = { role: 'assistant', content: 'hi' };
  const goesOn = {
    path: '/v1/messages',
    body: { ...chat(''), messages: [...chat('hello').messages, reply, ...chat('so?').messages] },
  };
  const named = { ...begins, headers: { 'x-session-id': 's' } };

  /** A worker's own memory in front of what all of them know; `asked` has the questions to all. */
  function workers() {
    const all = new MemoryAffinity(Date.now);
    const asked: string[] = [];
    const worker = () => {
      const own = new MemoryAffinity(Date.now);
      return {
        get: async (name: string) => {
          asked.push(name);
          return own.get(name) ?? all.get(name);
        },
        known: (name: string) => own.get(name),
        bind: (...given: Parameters<MemoryAffinity['bind']>) => {
          own.bind(...given);
          all.bind(...given);
        },
      };
    };
    return { asked, worker };
  }

  /** The keys that a worker of its own sent one request to. */
  const keysFor = (request: Request, over: Partial<GatewayDeps>) =>
    withRelay(
      many(),
      async (relay) => {
        await send(relay, request);
        return [...keysOf(relay)];
      },
      over,
    );

  it('one that begins is asked about nowhere, and drawn alike by all', async () => {
    const { asked, worker } = workers();
    const drawn = new Set<unknown>();
    for (let count = 0; count < 5; count++) {
      for (const key of await keysFor(begins, { affinity: worker() })) drawn.add(key);
    }
    expect(drawn.size).toBe(1);
    expect(asked).toEqual([]);
  });

  it('beginnings are spread over all keys', async () => {
    await withRelay(many(), async (relay) => {
      await Promise.all(
        Array.from({ length: 200 }, (_, count) => send(relay, { ...begins, body: chat(`no. ${count}`) })),
      );
      expect(keysOf(relay).size).toBe(12);
    });
  });

  it.each([
    ['one that goes on', goesOn, begins],
    ['one that its client names', named, { ...named, body: chat('hello again') }],
  ])('%s is asked about by a worker that does not know it, and stays', async (_name, second, first) => {
    const { asked, worker } = workers();
    const began = await keysFor(first, { affinity: worker(), random: () => 0 });
    asked.length = 0;
    // What is drawn by chance now is another key.
    const wentOn = await keysFor(second, { affinity: worker(), random: () => 0.999 });
    expect(wentOn).toEqual(began);
    expect(wentOn).not.toEqual(['f_k2']);
    expect(asked).not.toEqual([]);
  });
});

it('the same session of another user is another one', async () => {
  const other = 'sk-relay-test-another-user';
  const callers = {
    find: (hash: string) => (hash.endsWith(KEY) ? caller() : caller({ user: { id: 'usr_2' } })),
  };
  const seen = new Set<string>();
  for (let count = 0; count < 12 && seen.size < 2; count++) {
    await withRelay(
      many(),
      async (relay) => {
        const headers = { 'x-session-id': 's' };
        await send(relay, { path: '/v1/chat/completions', body: chat('x'), headers });
        const authorization = `Bearer ${other}`;
        await send(relay, {
          path: '/v1/chat/completions',
          body: chat('x'),
          headers: { ...headers, authorization },
        });
        seen.add(String(keysOf(relay).size));
      },
      { callers },
    );
  }
  expect(seen).toContain('2');
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** An upstream that does what it is told with each request. */
async function serving(handle: RequestListener): Promise<string> {
  const server = createServer((req, res) => {
    req.resume();
    handle(req, res);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${portOf(server.address())}`;
}

/** Three channels with a key each, in order; gives the keys that were bound, in order. */
async function bindingsOf(
  first: string,
  work: (relay: TestRelay, ask: () => Promise<unknown>) => Promise<void>,
): Promise<string[]> {
  const bound: string[] = [];
  const inner = new MemoryAffinity(Date.now);
  const affinity = {
    get: (name: string) => inner.get(name),
    bind: (...given: Parameters<MemoryAffinity['bind']>) => {
      bound.push(given[1].channelKeyId);
      inner.bind(...given);
    },
  };
  const channels = [first, fake.url, fake.url].map((baseUrl, index) =>
    channel({
      ...{ id: `c${index}`, baseUrl, priority: -index },
      modelRenames: { m: `fake-model+delay=${index * 50}` },
    }),
  );
  const headers = { 'x-session-id': 's' };
  const ask = (relay: TestRelay) => () =>
    send(relay, { path: '/v1/chat/completions', body: chat('x'), headers });
  await withRelay(channels, (relay) => work(relay, ask(relay)), { affinity });
  return bound;
}

it('an older answer of a channel that was left meanwhile does not bring the conversation back to it', async () => {
  const waiting: ServerResponse[] = [];
  const url = await serving((_, res) => {
    if (waiting.length === 0) waiting.push(res);
    else res.writeHead(500).end();
  });
  const bound = await bindingsOf(url, async (relay, ask) => {
    const slow = ask();
    await expect.poll(() => waiting.length).toBe(1);
    await ask();
    expect(relay.records.at(-1)).toMatchObject({ channelId: 'c1', outcome: 'ok' });
    waiting[0]?.writeHead(200, { 'content-type': 'application/json' }).end('{"choices":[{"index":0}]}');
    await slow;
    expect(relay.records.at(-1)).toMatchObject({ channelId: 'c0', outcome: 'ok' });
  });
  expect(bound).toEqual(['c0_key', 'c1_key']);
});

it('two that fail at once move it once', async () => {
  const waiting: ServerResponse[] = [];
  const url = await serving((_, res) => {
    waiting.push(res);
    if (waiting.length === 2) for (const one of waiting) one.writeHead(500).end();
  });
  const bound = await bindingsOf(url, async (relay, ask) => {
    await Promise.all([ask(), ask()]);
    expect(relay.records.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  });
  expect(new Set(bound)).toEqual(new Set(['c0_key', 'c1_key']));
});

it('when its channel fails it moves once and stays, also after the channel came back', async () => {
  await withRelay(many(Object.fromEntries([...'abcdef'].map((id) => [id, '']))), async (relay) => {
    const request = { path: '/v1/chat/completions', body: chat('x'), headers: { 'x-session-id': 's' } };
    await send(relay, request);
    const first = relay.records[0];
    if (!first) throw new Error('nothing was booked');
    const behaviour = { ...request.headers, 'x-fake-behaviour': '500x1' };
    expect((await send(relay, { ...request, headers: behaviour })).status).toBe(200);
    const moved = relay.records[1];
    expect(moved?.attempts.map((attempt) => attempt.channelKeyId)[0]).toBe(first.channelKeyId);
    expect(moved?.channelId).not.toBe(first.channelId);
    for (let count = 0; count < 8; count++) await send(relay, request);
    expect(new Set(relay.records.slice(1).map((record) => record.channelKeyId)).size).toBe(1);
  });
});

it('by default a session stays for ten minutes after its last request, and is drawn anew after more', async () => {
  const clock = manualClock();
  const draws = { next: 0 };
  const over = {
    clock: { nowMs: clock.nowMs, monotonicMs: systemClock.monotonicMs },
    random: () => draws.next,
  };
  await withRelay(
    many(),
    async (relay) => {
      const request = { path: '/v1/chat/completions', body: chat('x'), headers: { 'x-session-id': 's' } };
      const afterMin = async (minutes: number) => {
        clock.advance(minutes * 60_000);
        expect((await send(relay, request)).status).toBe(200);
        return relay.records.at(-1)?.channelKeyId;
      };
      const first = await afterMin(0);
      // Whatever is drawn from now on is another key.
      draws.next = 0.999;
      expect([await afterMin(9), await afterMin(9), await afterMin(9)]).toEqual([first, first, first]);
      const second = await afterMin(11);
      expect(second).not.toBe(first);
      draws.next = 0;
      expect([await afterMin(9), await afterMin(11)]).toEqual([second, first]);
    },
    over,
  );
});

it('a busy channel is passed over for once', async () => {
  const channels = many().map((one) => ({ ...one, maxConcurrency: 1 }));
  await withRelay(channels, async (relay) => {
    const request = { path: '/v1/chat/completions', body: chat('x'), headers: { 'x-session-id': 's' } };
    await send(relay, request);
    const slow = { ...request.headers, 'x-fake-behaviour': 'delay=300' };
    const held = send(relay, { ...request, headers: slow });
    await fake.witness.waitFor((record) => record.headers['x-fake-behaviour'] === 'delay=300');
    await send(relay, request);
    await held;
    await send(relay, request);
    const [first, busy, slowOne, after] = relay.records;
    expect(busy?.channelId).not.toBe(first?.channelId);
    expect([slowOne?.channelKeyId, after?.channelKeyId]).toEqual([first?.channelKeyId, first?.channelKeyId]);
  });
});

it('the memory is bounded and forgets what ended', () => {
  let now = 0;
  const affinity = new MemoryAffinity(() => now, 2);
  const binding = { channelId: 'c', channelKeyId: 'k' };
  for (const name of ['a', 'b']) affinity.bind(name, binding, 100);
  affinity.bind('a', binding, 100);
  affinity.bind('c', binding, 100);
  expect(['a', 'b', 'c'].map((name) => affinity.get(name))).toEqual([binding, null, binding]);
  now = 100;
  expect(affinity.get('a')).toBeNull();
});
