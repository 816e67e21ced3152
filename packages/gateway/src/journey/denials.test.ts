// Promise: every refusal has its status, the shape of the caller's dialect, a row once the caller is known, and holds nothing.
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Denial } from '../denial.ts';
import type { GatewayDeps } from '../ports.ts';
import type { Snapshot } from '../snapshot.ts';
import { bothFamilies, call, caller, channel, KEY, model, PRICE, snapshot, startRelay } from './harness.ts';

const DIALECT_CALLS = [
  ['/v1/messages', { max_tokens: 9, messages: [{ role: 'user', content: 'x' }] }],
  ['/v1/chat/completions', { messages: [{ role: 'user', content: 'x' }] }],
  ['/v1/responses', { input: 'x' }],
  ['/v1/embeddings', { input: 'x' }],
] as const;

let fake: FakeUpstream;
beforeAll(async () => {
  fake = await startFakeUpstream();
});
afterAll(() => fake.close());

type Scene = {
  readonly snapshot?: (base: Snapshot) => Snapshot;
  readonly deps?: Partial<GatewayDeps>;
  readonly headers?: Record<string, string>;
};

const find = (over: Parameters<typeof caller>[0]) => ({ callers: { find: () => caller(over) } });
const money = (denial: Denial) => ({ purse: { hold: () => denial } });
const limit: Denial = {
  denied: 'limit_reached',
  retryAfterMs: 1_500,
  facts: { limit: 'rpm', scope: 'key', max: 5 },
};

/** name, status, text in the message, row?, scene */
const SCENES: [string, number, RegExp, boolean, Scene][] = [
  ['no key', 401, /No API key/, false, { headers: { authorization: '' } }],
  ['unknown key', 401, /not valid/, false, { headers: { authorization: 'Bearer sk-relay-nope' } }],
  ['disabled key', 401, /disabled/, false, { deps: find({ key: { status: 'disabled' } }) }],
  ['expired key', 401, /expired/, false, { deps: find({ key: { expiresAtMs: 1 } }) }],
  ['no quota record', 402, /No quota.*Ask finance\./, true, { deps: money({ denied: 'quota_missing' }) }],
  ['quota of zero', 402, /zero.*Ask finance\./, true, { deps: money({ denied: 'quota_zero' }) }],
  ['quota used up', 402, /used up.*Ask finance\./, true, { deps: money({ denied: 'quota_used_up' }) }],
  ['disabled user', 403, /user .*disabled/, true, { deps: find({ user: { status: 'disabled' } }) }],
  [
    'model not allowed',
    403,
    /may not use the model 'm'/,
    true,
    { deps: find({ key: { allowedModels: ['x'] } }) },
  ],
  ['address not allowed', 403, /address/, true, { deps: find({ key: { allowedIps: ['10.0.0.0/8'] } }) }],
  [
    'disabled model',
    404,
    /'m' does not exist/,
    true,
    { snapshot: (base) => ({ ...base, models: new Map([['m', model('m', { enabled: false })]]) }) },
  ],
  [
    'unknown model',
    404,
    /'m' does not exist/,
    true,
    { snapshot: (base) => ({ ...base, channels: base.channels.map((one) => ({ ...one, models: ['x'] })) }) },
  ],
  [
    'unpriced model nobody listed',
    404,
    /does not exist/,
    true,
    { snapshot: (base) => ({ ...base, settings: { ...base.settings, unpricedPolicy: 'refuse' } }) },
  ],
  [
    'limit',
    429,
    /rpm limit of this key is reached \(5\)/,
    true,
    { deps: { admission: { take: () => limit } } },
  ],
  [
    'key window',
    429,
    /day quota of this key/,
    true,
    {
      deps: money({ denied: 'window_used_up', retryAfterMs: 9_000, facts: { window: 'day', scope: 'key' } }),
    },
  ],
  [
    'maintenance',
    503,
    /back at noon/,
    true,
    {
      snapshot: (base) => ({
        ...base,
        settings: { ...base.settings, maintenance: { on: true, message: 'back at noon' } },
      }),
    },
  ],
  [
    'no channel',
    503,
    /No channel/,
    true,
    { snapshot: (base) => ({ ...base, channels: base.channels.map((one) => ({ ...one, enabled: false })) }) },
  ],
];

describe.each(SCENES)('%s → %i', (_name, status, text, rows, scene) => {
  it.each(DIALECT_CALLS)('%s', async (path, body) => {
    const base = snapshot(bothFamilies(fake.url));
    const relay = await startRelay(scene.snapshot?.(base) ?? base, scene.deps);
    const got = await call({
      port: relay.port,
      path,
      body: { model: 'm', ...body },
      headers: scene.headers ?? {},
    });
    await relay.close();
    expect(got.status).toBe(status);
    const anthropic = {
      type: 'error',
      error: { type: expect.any(String), message: expect.stringMatching(text) },
    };
    const openai = {
      error: {
        message: expect.stringMatching(text),
        type: expect.any(String),
        code: expect.any(String),
        param: null,
      },
    };
    expect(got.json).toMatchObject(path === '/v1/messages' ? anthropic : openai);
    expect(relay.records.map((record) => record.status)).toEqual(rows ? [status] : []);
    for (const record of relay.records)
      expect(record).toMatchObject({ costNanoUsd: 0n, errorText: expect.stringMatching(text) });
    expect(relay.out).toEqual({ passes: 0, holds: 0 });
    if (status === 429) expect(Number(got.headers['retry-after'])).toBeGreaterThan(0);
  });
});

it('a listed model without a price is refused for users and served to admins', async () => {
  const base = snapshot(bothFamilies(fake.url), { models: new Map([['fake-gpt', model('fake-gpt')]]) });
  const refusing = { ...base, settings: { ...base.settings, unpricedPolicy: 'refuse' as const } };
  const body = { model: 'fake-gpt', messages: [{ role: 'user', content: 'x' }] };
  const statuses: number[] = [];
  for (const [role, prices] of [
    ['user', []],
    ['admin', []],
    ['user', [PRICE]],
  ] as const) {
    const relay = await startRelay(
      { ...refusing, prices: new Map([['fake-gpt', prices]]) },
      find({ user: { role } }),
    );
    statuses.push((await call({ port: relay.port, path: '/v1/chat/completions', body })).status);
    await relay.close();
  }
  expect(statuses).toEqual([403, 200, 200]);
});

describe('bodies', () => {
  const body = JSON.stringify({ model: 'fake-gpt', messages: [{ role: 'user', content: 'x'.repeat(500) }] });
  const send = async (bytes: Buffer, headers: Record<string, string>) => {
    const relay = await startRelay(snapshot(bothFamilies(fake.url)));
    const got = await call({ port: relay.port, path: '/v1/chat/completions', body: bytes, headers });
    await relay.close();
    return { got, record: relay.records[0] };
  };

  it.each([
    ['gzip', gzipSync(body)],
    ['deflate', deflateSync(body)],
    ['deflate', deflateRawSync(body)],
    ['br', brotliCompressSync(body)],
    ['zstd', zstdCompressSync(body)],
    ['identity', Buffer.from(body)],
  ])('%s arrives decoded', async (coding, bytes) => {
    const { got } = await send(bytes, { 'content-encoding': coding });
    expect(got.status).toBe(200);
    expect(fake.witness.last()?.bodyBytes).toBe(body.length);
  });

  it.each([
    ['unknown coding', 415, { 'content-encoding': 'lzma' }, Buffer.from(body), /lzma/],
    ['broken gzip', 400, { 'content-encoding': 'gzip' }, Buffer.from('nonsense'), /not valid gzip/],
    ['a bomb', 413, { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(65 * 1024 * 1024)), /64 MB/],
    ['no JSON', 400, {}, Buffer.from('{"model":'), /not valid JSON/],
    ['no object', 400, {}, Buffer.from('[]'), /JSON object/],
    ['no model', 400, {}, Buffer.from('{}'), /'model' is missing/],
    ['a name with NUL', 400, {}, Buffer.from('{"model":"m\\u0000"}'), /'model' must not contain control/],
    ['stream as text', 400, {}, Buffer.from('{"model":"m","stream":"yes"}'), /'stream' must be a boolean/],
  ])('%s → %i', async (...row) => {
    const [, status, headers, bytes, text] = row;
    const { got, record } = await send(bytes, headers);
    expect(got.status).toBe(status);
    expect(got.json).toMatchObject({ error: { message: expect.stringMatching(text) } });
    expect(record).toMatchObject({ status, outcome: 'client_error' });
  });

  it('more than 64 MB is refused with 413 before it is read', async () => {
    const relay = await startRelay(snapshot(bothFamilies(fake.url)));
    const headers = { 'content-length': String(70 * 1024 * 1024) };
    const got = await call({ port: relay.port, path: '/v1/messages', body: Buffer.from('{'), headers }).catch(
      () => null,
    );
    await relay.close();
    expect(got?.status).toBe(413);
  });
});

describe('paths', () => {
  it('unknown ones, wrong methods, the base and the models', async () => {
    const listed = snapshot([channel({ id: 'chn_1', baseUrl: fake.url, models: ['b/c'] })], {
      models: new Map([
        ['b/c', model('b/c')],
        ['hidden', model('hidden')],
      ]),
    });
    const relay = await startRelay(listed);
    const get = (path: string, headers = {}, method = 'GET') =>
      call({ port: relay.port, path, headers, method });
    const anthropic = { 'anthropic-version': '2023-06-01' };
    expect(await get('/v1/nope')).toMatchObject({ status: 404, json: { error: { code: 'path_unknown' } } });
    expect(await get('/v1/nope', anthropic)).toMatchObject({ status: 404, json: { type: 'error' } });
    expect(await get('/v1/messages')).toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
      json: { type: 'error' },
    });
    expect(await get('/v1', {}, 'HEAD')).toMatchObject({ status: 200 });
    expect(await get('/v1/')).toMatchObject({ status: 200 });
    expect(await get('/v1/models')).toMatchObject({
      json: { object: 'list', data: [{ id: 'b/c', object: 'model', owned_by: 'test' }] },
    });
    expect(await get('/v1/models', anthropic)).toMatchObject({
      json: { data: [{ type: 'model', id: 'b/c' }], has_more: false, first_id: 'b/c' },
    });
    expect(await get('/v1/models/b%2Fc')).toMatchObject({ status: 200, json: { id: 'b/c' } });
    expect(await get('/v1/models/hidden')).toMatchObject({ status: 404 });
    expect(await get('/v1/models', { authorization: 'Bearer x' })).toMatchObject({ status: 401 });
    await relay.close();
  });
});

describe('usage of a key', () => {
  const answer = { range: '7d' };
  const keyUsage: NonNullable<GatewayDeps['keyUsage']> = {
    guard: async () => null,
    read: async ({ range }) => ({ ...answer, range }),
  };
  const ask = async (path: string, over: Partial<GatewayDeps> = {}, headers = {}, method = 'GET') => {
    const relay = await startRelay(snapshot(bothFamilies(fake.url)), { keyUsage, ...over });
    const response = await fetch(`http://127.0.0.1:${relay.port}${path}`, {
      method,
      headers: { authorization: `Bearer ${KEY}`, ...headers },
    });
    const text = await response.text();
    await relay.close();
    return { status: response.status, headers: response.headers, text };
  };

  it('is answered for the key in either header, and never kept', async () => {
    const got = await ask('/v1/usage?range=7d');
    expect(got.status).toBe(200);
    expect(JSON.parse(got.text)).toEqual(answer);
    expect(got.headers.get('cache-control')).toBe('no-store');
    const named = await ask('/v1/usage?range=7d', {}, { authorization: '', 'x-api-key': KEY });
    expect(named.status).toBe(200);
    expect((await ask('/v1/usage', {}, {}, 'HEAD')).text).toBe('');
  });

  it.each([
    [{ authorization: '' }, 'openai'],
    [{ authorization: '', 'x-api-key': 'sk-relay-nope' }, 'anthropic'],
  ])('without a key that is known it is 401 in the form of the caller: %j', async (headers, form) => {
    const { status, text } = await ask('/v1/usage', {}, headers);
    expect(status).toBe(401);
    expect(text.includes('"type":"error"')).toBe(form === 'anthropic');
    expect(text).not.toContain('sk-relay-nope');
  });

  it('refuses who asks too often, other methods, and hides its failure', async () => {
    const guard = async (): Promise<Denial> => ({ denied: 'limit_reached', retryAfterMs: 5_000 });
    const often = await ask('/v1/usage', { keyUsage: { ...keyUsage, guard } });
    expect([often.status, often.headers.get('retry-after')]).toEqual([429, '5']);
    const posted = await ask('/v1/usage', {}, {}, 'POST');
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
    const read = () => Promise.reject(new Error('the database is away'));
    const failed = await ask('/v1/usage', { keyUsage: { ...keyUsage, read } });
    expect(failed.status).toBe(500);
    expect(failed.text).not.toContain('database is away');
  });

  it('a key that was put into the address is not repeated', async () => {
    const { status, text } = await ask(`/v1/usage/${KEY}`);
    expect(status).toBe(404);
    expect(text).not.toContain(KEY);
  });
});
