// Promise: it is known who made which thinking: a key that refuses it keeps its own, then who made it gets the original body.
import { afterEach, expect, it } from 'vitest';
import type { Affinity, GatewayDeps } from '../ports.ts';
import { MemoryAffinity } from '../routing/affinity.ts';
import type { Patience } from '../snapshot.ts';
import { call, caller, channel, KEY, snapshot, startRelay, type TestRelay } from './harness.ts';
import { type RawAnswer, type RawUpstream, rawUpstream } from './raw-upstream.ts';

const OTHER_KEY = 'sk-relay-test-of-another-user';
const STREAM = { 'content-type': 'text/event-stream' };
/** `JSON.parse` and `JSON.stringify` would not give it back. */
const TOOL =
  '{"input": {"n": 1.0, "id": 12345678901234567890}, "type":"tool_use" ,"id":"t","name":"\\u006e"}';

type Manner = {
  /** Its thinking is redacted. */
  readonly redacted?: boolean;
  /** After its first answer it refuses everything. */
  readonly stubborn?: boolean;
  /** What it answers from its second request on. */
  readonly later?: RawAnswer;
};

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** An upstream whose thinking is signed with its name, and which takes no other. */
async function signer(name: string, { redacted, stubborn, later }: Manner = {}): Promise<RawUpstream> {
  let made = 0;
  const upstream = await rawUpstream((_path, body) => {
    if (made > 0 && later) return later;
    const foreign = [...body.matchAll(/"(?:signature|data)":"(\w+)-\d/g)].some((found) => found[1] !== name);
    if (foreign || (stubborn && made > 0)) return refusal(name);
    const signature = `${name}-${++made}`;
    const block = redacted
      ? { type: 'redacted_thinking', data: signature }
      : { type: 'thinking', thinking: 'hm', signature };
    return /"stream": ?true/.test(body)
      ? { status: 200, headers: STREAM, body: streamOf(block) }
      : { status: 200, body: { type: 'message', content: [block, { type: 'text', text: 'x' }] } };
  });
  open.push(upstream);
  return upstream;
}

function refusal(name: string): RawAnswer {
  const message = `${name}: Invalid \`signature\` in \`thinking\` block`;
  return { status: 400, body: { type: 'error', error: { type: 'invalid_request_error', message } } };
}

/** Of the official stream, which the fake upstream sends as well, what matters here. */
function streamOf({ signature, ...block }: { type: string; signature?: string }): string {
  const delta = { type: 'signature_delta', signature };
  const events = [
    { type: 'message_start', message: { content: [], usage: { input_tokens: 1, output_tokens: 1 } } },
    { type: 'content_block_start', index: 0, content_block: block },
    ...(signature === undefined ? [] : [{ type: 'content_block_delta', index: 0, delta }]),
    { type: 'message_stop' },
  ];
  return events.map((data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`).join('');
}

type Scene = {
  readonly patience?: Partial<Patience>;
  readonly over?: Partial<GatewayDeps>;
  readonly more?: readonly RawUpstream[];
};

/** All serve `m`, the first one first; each has a model of its own, by which a client gets its thinking. */
async function relayTo(first: RawUpstream, second: RawUpstream, scene: Scene = {}): Promise<TestRelay> {
  const channels = [first, second, ...(scene.more ?? [])].map(({ url }, at) =>
    channel({
      ...{ id: 'abc'.charAt(at), baseUrl: url, type: 'claude', protocols: ['anthropic-messages'] },
      ...{ priority: -at, models: ['m', `of-${'abc'.charAt(at)}`], modelRenames: { m: `m-of-${at}` } },
    }),
  );
  const callers = {
    find: (hash: string) => (hash.endsWith(KEY) ? caller() : caller({ user: { id: 'usr_2' } })),
  };
  const current = snapshot(channels, { patience: scene.patience ?? {} });
  const relay = await startRelay(current, { callers, ...scene.over });
  open.unshift(relay);
  return relay;
}

async function think(relay: TestRelay, model: string, { stream = false, key = KEY } = {}): Promise<string> {
  const body = { model, stream, max_tokens: 9, messages: [{ role: 'user', content: model }] };
  const got = await call({ port: relay.port, path: '/v1/messages', body, headers: bearer(key) });
  const found = /"(?:signature|data)":"(\w+-\d+)"/.exec(got.text)?.[1];
  if (found === undefined) throw new Error(`no thinking came: ${got.text}`);
  return found;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const block = (signature: string) => `{"type":"thinking", "thinking":"h\\u006d", "signature":"${signature}"}`;
const hidden = (data: string) => `{ "data":"${data}", "type":"redacted_thinking" }`;
const turn = (...blocks: string[]) => `{"role":"assistant","content":[${blocks.join(', ')}]}`;

/** Sends turns of the assistant, each followed by its user, as they are written. */
async function send(relay: TestRelay, turns: readonly string[]) {
  const user = '{"role":"user", "content":"and?"}';
  const written = [user, ...turns.flatMap((one) => [one, user])].join(' , ');
  const body = `{ "model":"m", "max_tokens": 9, "messages": [ ${written} ] }`;
  const got = await call({ port: relay.port, path: '/v1/messages', body });
  const record = relay.records.at(-1);
  const tried = record?.attempts.map(({ channelId, reason }) => `${channelId} ${reason}`);
  return { got, tried, record, body: (at: number) => body.replace('"m"', `"m-of-${at}"`) };
}

const last = (upstream: RawUpstream) => upstream.seen.at(-1)?.body;
const unrepaired = { repairsThinking: false };

const ANSWERS: readonly (readonly [string, Manner, boolean])[] = [
  ['not streamed', {}, false],
  ['streamed', {}, true],
  ['redacted', { redacted: true }, false],
  ['redacted and streamed', { redacted: true }, true],
];

it.each(ANSWERS)(
  '%s: who made it gets the original body when it is not to be repaired',
  async (_name, manner, stream) => {
    const [a, b] = [await signer('a'), await signer('b', manner)];
    const relay = await relayTo(a, b, { patience: unrepaired });
    const made = await think(relay, 'of-b', { stream });
    const sent = await send(relay, [turn(manner.redacted ? hidden(made) : block(made), TOOL)]);
    expect(sent.tried).toEqual(['a thinking_signature', 'b ok']);
    expect(last(b)).toBe(sent.body(1));
    expect(sent.got.status).toBe(200);
    expect(sent.record?.decision.at(-1)).toEqual({ channelId: 'b', kept: true, reason: 'issuer' });
    expect(relay.out).toEqual({ passes: 0, holds: 0 });
  },
);

it('it is first sent without foreign thinking to the same key, and its maker is not asked when that is enough', async () => {
  const [a, b] = [await signer('a'), await signer('b')];
  const relay = await relayTo(a, b);
  const [own, foreign] = [await think(relay, 'of-a'), await think(relay, 'of-b')];
  const sent = await send(relay, [turn(block(own), TOOL), turn(block(foreign), hidden(foreign), TOOL)]);
  expect(sent.tried).toEqual(['a thinking_signature', 'a ok']);
  expect(last(a)).toBe(sent.body(0).replace(`${block(foreign)}, ${hidden(foreign)}, `, ''));
  expect(last(a)).toContain(block(own));
});

it('who is still refused goes to the maker of the last thinking, unrepaired', async () => {
  const [a, b] = [await signer('a', { stubborn: true }), await signer('b')];
  const relay = await relayTo(a, b);
  const own = await think(relay, 'of-a');
  const foreign = await think(relay, 'of-b');
  const sent = await send(relay, [turn(block(own), TOOL), turn(block(foreign), TOOL)]);
  expect(a.seen).toHaveLength(3);
  // It takes none but its own; of what `a` made it is relieved.
  expect(sent.tried).toEqual([
    ...['a thinking_signature', 'a thinking_signature', 'b thinking_signature', 'b ok'],
  ]);
  expect(b.seen.at(-2)?.body).toBe(sent.body(1));
  expect(last(b)).toBe(sent.body(1).replace(`${block(own)}, `, ''));
});

it('a key that refuses what it made itself, or what nobody is known to have made, gets none of it', async () => {
  const a = await signer('a', { stubborn: true });
  const b = await signer('b');
  const relay = await relayTo(a, b);
  const own = await think(relay, 'of-a');
  const sent = await send(relay, [turn(block(own), TOOL)]);
  expect(sent.tried).toEqual(['a thinking_signature', 'a thinking_signature']);
  expect(last(a)).toBe(sent.body(0).replace(`${block(own)}, `, ''));
  const unknown = await send(relay, [turn(block('c-1'), TOOL)]);
  expect(unknown.tried).toEqual(['a thinking_signature', 'a thinking_signature']);
  expect(last(a)).toBe(unknown.body(0).replace(`${block('c-1')}, `, ''));
  expect([unknown.got.status, unknown.got.text]).toEqual([400, expect.stringContaining('a: Invalid')]);
});

it('what is wrong with the repaired request is not for the client: it gets the refusal of its own', async () => {
  const odd = {
    status: 400,
    body: { type: 'error', error: { type: 'invalid_request_error', message: 'odd' } },
  };
  let asked = 0;
  const a = await rawUpstream(() => (asked++ === 0 ? refusal('a') : odd));
  open.push(a);
  const relay = await relayTo(a, await signer('b'));
  const sent = await send(relay, [turn(block('c-1'), TOOL)]);
  expect(sent.tried).toEqual(['a thinking_signature', 'a invalid_request']);
  expect([sent.got.status, sent.got.text]).toEqual([400, expect.stringContaining('a: Invalid')]);
  expect(sent.record).toMatchObject({ outcome: 'client_error', errorCode: 'thinking_signature' });
});

it('a maker that fails leaves the request to its own row of the failure table', async () => {
  const later = {
    status: 429,
    body: { type: 'error', error: { type: 'rate_limit_error', message: 'slow' } },
  };
  const [a, b] = [await signer('a'), await signer('b', { later })];
  const relay = await relayTo(a, b, { patience: unrepaired });
  const sent = await send(relay, [turn(block(await think(relay, 'of-b')))]);
  expect(sent.tried).toEqual(['a thinking_signature', 'b rate_limited']);
  expect(sent.got.status).toBe(429);
});

it('without a known maker nobody else is asked: unknown, forgotten, or of another user', async () => {
  const [a, b] = [await signer('a'), await signer('b')];
  let nowMs = 1_750_000_000_000;
  const thinkingMakers = new MemoryAffinity(() => nowMs);
  const relay = await relayTo(a, b, { patience: unrepaired, over: { thinkingMakers } });
  const made = await think(relay, 'of-b');
  const refused = async (signature: string) => {
    const sent = await send(relay, [turn(block(signature), TOOL)]);
    expect(sent.tried).toEqual(['a thinking_signature']);
    expect([sent.got.status, sent.got.text]).toEqual([400, expect.stringContaining('a: Invalid')]);
  };
  await refused('b-99');
  await refused(await think(relay, 'of-b', { key: OTHER_KEY }));
  nowMs += 7 * 3_600_000;
  await refused(made);
});

it('a maker that can not serve this model, or has no place, is not asked', async () => {
  const [a, b] = [await signer('a'), await signer('b')];
  const bound: Affinity = {
    get: () => ({ channelId: 'gone', channelKeyId: 'gone' }),
    bind: () => undefined,
  };
  const gone = await relayTo(a, b, { patience: unrepaired, over: { thinkingMakers: bound } });
  expect((await send(gone, [turn(block('b-1'))])).tried).toEqual(['a thinking_signature']);
  const slots = { tryTake: (id: string) => id !== 'b', release: () => undefined, inUse: () => 0 };
  const toB: Affinity = { ...bound, get: async () => ({ channelId: 'b', channelKeyId: 'b_key' }) };
  const more = [await signer('b')];
  const full = await relayTo(a, b, { patience: unrepaired, over: { thinkingMakers: toB, slots }, more });
  const sent = await send(full, [turn(block('b-1'))]);
  expect(sent.tried).toEqual(['a thinking_signature']);
  expect(sent.got.status).toBe(400);
});

it('an answer without thinking leaves nothing behind', async () => {
  const names: string[] = [];
  const thinkingMakers: Affinity = { get: () => null, bind: (name) => void names.push(name) };
  const plain = await rawUpstream((_path, body) =>
    /"stream": ?true/.test(body)
      ? { status: 200, headers: STREAM, body: streamOf({ type: 'text' }) }
      : { status: 200, body: { content: [{ type: 'text', text: '"signature":"a-1"' }] } },
  );
  open.push(plain);
  const relay = await relayTo(plain, await signer('b'), { over: { thinkingMakers } });
  for (const stream of [true, false]) {
    const body = { model: 'm', stream, max_tokens: 9, messages: [{ role: 'user', content: 'x' }] };
    expect((await call({ port: relay.port, path: '/v1/messages', body })).status).toBe(200);
  }
  expect(names).toEqual([]);
  await think(relay, 'of-b');
  expect(names).toEqual([expect.not.stringContaining('b-1')]);
});
