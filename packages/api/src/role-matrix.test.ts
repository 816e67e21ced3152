import { type EndpointId, endpoints } from '@api-proxy/contracts/all';
import type { SessionUser } from '@api-proxy/services/auth/auth';
import { requestLog } from '@api-proxy/db/schema/request-log';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type ApiBench, openApiBench } from './api-bench.ts';

let api: ApiBench;

beforeAll(async () => {
  api = await openApiBench();
}, 60_000);
beforeEach(() => api.bench.reset());
afterAll(() => api.bench.close());

type Caller = 'anonymous' | 'other' | 'user' | 'admin' | 'super_admin';
const CALLERS: readonly Caller[] = ['anonymous', 'other', 'user', 'admin', 'super_admin'];

/** Statuses in the order of `CALLERS`; `user` owns the things of the scene, `other` is a second user. */
type Row = { expected: readonly number[]; body?: unknown };

const PUBLIC = [200, 200, 200, 200, 200];
const SIGNED_IN = [401, 200, 200, 200, 200];
const OWNED = [401, 404, 200, 200, 200];
const OWNER_ONLY = [401, 404, 200, 403, 403];
const ADMINS = [401, 403, 403, 200, 200];

const CHANNEL = { name: 'second', type: 'claude', baseUrl: 'https://api.example.com', keys: [{ secret: 'sk-x' }] };
const TARIFF = { input: '1', output: '2', cacheRead: '0.1', cacheWrite5m: '1', cacheWrite1h: '1' };
const NEW_USER = { name: 'New', email: 'new@example.com', password: 'long enough' };

const MATRIX: Record<EndpointId, Row> = {
  'site.get': { expected: PUBLIC },
  'health.get': { expected: PUBLIC },
  'health.live': { expected: PUBLIC },
  'health.ready': { expected: PUBLIC },
  'me.get': { expected: SIGNED_IN },
  'me.update': { expected: SIGNED_IN, body: { locale: 'en' } },
  'users.list': { expected: ADMINS },
  'users.get': { expected: ADMINS },
  'users.create': { expected: ADMINS, body: NEW_USER },
  'users.update': { expected: ADMINS, body: { note: 'x' } },
  'users.delete': { expected: ADMINS },
  'users.resetPassword': { expected: ADMINS, body: { password: 'long enough' } },
  'users.changeQuota': { expected: ADMINS, body: { amountUsd: '1' } },
  'keys.list': { expected: SIGNED_IN },
  'keys.create': { expected: SIGNED_IN, body: { name: 'k' } },
  'keys.update': { expected: OWNED, body: { name: 'k' } },
  'keys.rotate': { expected: OWNER_ONLY, body: {} },
  'keys.delete': { expected: OWNED },
  'channels.list': { expected: ADMINS },
  'channels.get': { expected: ADMINS },
  'channels.create': { expected: ADMINS, body: CHANNEL },
  'channels.update': { expected: ADMINS, body: { weight: 2 } },
  'channels.delete': { expected: ADMINS },
  'channels.copy': { expected: ADMINS, body: { name: 'copy' } },
  'channels.test': { expected: ADMINS, body: { model: 'm' } },
  'channels.tests': { expected: ADMINS },
  'channels.clearCooldown': { expected: ADMINS },
  'channels.upstreamModels': {
    expected: ADMINS,
    body: { type: 'claude', baseUrl: 'https://api.example.com', secret: 'sk-x' },
  },
  'models.list': { expected: ADMINS },
  'models.create': { expected: ADMINS, body: { provider: 'p', name: 'second' } },
  'models.update': { expected: ADMINS, body: { visible: false } },
  'models.delete': { expected: ADMINS },
  'catalog.list': { expected: ADMINS },
  'catalog.add': { expected: ADMINS, body: { names: ['gpt-4'] } },
  'prices.list': { expected: ADMINS },
  'prices.create': { expected: ADMINS, body: { model: 'm', tariff: TARIFF } },
  'prices.withdraw': { expected: ADMINS },
  'requestLogs.list': { expected: SIGNED_IN },
  'requestLogs.get': { expected: OWNED },
  'ledger.list': { expected: SIGNED_IN },
  'usage.summary': { expected: SIGNED_IN },
  'usage.availableModels': { expected: SIGNED_IN },
  'audit.list': { expected: ADMINS },
};

type Scene = { callers: Record<Caller, SessionUser | undefined>; params: Record<string, string> };

/** The id of what was just made. */
function idIn(body: unknown): string {
  const found = typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined;
  if (typeof found !== 'string') throw new Error(`no id in ${JSON.stringify(body)}`);
  return found;
}

function keyIn(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'key' in body ? body.key : undefined;
}

async function makeScene(): Promise<Scene> {
  const [user, other] = [await api.user('user'), await api.user('user', 'other')];
  const [admin, root] = [await api.user('admin'), await api.user('super_admin')];
  const post = async (path: string, as: SessionUser, body: unknown) =>
    (await api.call(path, { method: 'POST', as, body })).body;
  const requestId = 'req_1';
  await api.bench.memory.db.insert(requestLog).values({
    requestId,
    startedAt: new Date(api.bench.clock.nowMs() - 1_000),
    userId: user.userId,
    keyId: 'key_1',
    protocolIn: 'openai-chat',
    operation: 'chat',
    modelAsked: 'm',
    stream: false,
    status: 200,
    outcome: 'ok',
    durationMs: 5,
  });
  return {
    callers: { anonymous: undefined, other, user, admin, super_admin: root },
    params: {
      userId: user.userId,
      keyId: idIn(keyIn(await post('/api/keys', user, { name: 'own' }))),
      channelId: idIn(await post('/api/channels', admin, { ...CHANNEL, name: 'first' })),
      modelId: idIn(await post('/api/models', admin, { provider: 'p', name: 'm' })),
      priceId: idIn(await post('/api/prices', admin, { model: 'm', tariff: TARIFF })),
      requestId,
    },
  };
}

it.each(endpoints.map(({ id, method, path }) => ({ id, method, path })))(
  '$id answers each role as the matrix says',
  async ({ id, method, path }) => {
    const { expected, body } = MATRIX[id];
    const statuses: number[] = [];
    for (const caller of CALLERS) {
      await api.bench.reset();
      const { callers, params } = await makeScene();
      const url = path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? 'missing');
      const as = callers[caller];
      const { status } = await api.call(url, { method, ...(as && { as }), ...(body !== undefined && { body }) });
      statuses.push(status);
    }
    expect(statuses).toEqual(expected);
  },
);
