// Who may call what: every endpoint as every role.
import { type EndpointId, endpoints } from '@api-proxy/contracts/all';
import { listRepricings } from '@api-proxy/contracts/finance';
import { listGiftCards, newGiftCards } from '@api-proxy/contracts/gift-cards';
import type { SessionUser } from '@api-proxy/services/auth/sessions';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiBench, openApiBench } from './api-bench.ts';

let api: ApiBench;

beforeAll(async () => {
  api = await openApiBench();
  callers = {
    anonymous: undefined,
    other: await api.user('user', 'other'),
    user: await api.user('user'),
    admin: await api.user('admin'),
    super_admin: await api.user('super_admin', 'root'),
  };
  codes = newGiftCards.parse(
    await made('/api/gift-cards', 'admin', { amountUsd: '1', count: CALLERS.length }),
  ).codes;
  priceInForce = idIn(await made('/api/prices', 'admin', { model: 'in-force', tariff: TARIFF }));
}, 60_000);
afterAll(() => api.bench.close());

type Caller = 'anonymous' | 'other' | 'user' | 'admin' | 'super_admin';
const CALLERS: readonly Caller[] = ['anonymous', 'other', 'user', 'admin', 'super_admin'];

/** Statuses in the order of `CALLERS`; `user` owns the things of the scene, `other` is a second user. */
type Row = { expected: readonly number[]; body?: (name: string) => object };

const PUBLIC = [200, 200, 200, 200, 200];
const SIGNED_IN = [401, 200, 200, 200, 200];
const OWNED = [401, 404, 200, 200, 200];
const OWNER_ONLY = [401, 404, 200, 403, 403];
const ADMINS = [401, 403, 403, 200, 200];

const CHANNEL = {
  name: 'second',
  type: 'claude',
  baseUrl: 'https://api.example.com',
  keys: [{ secret: 'sk-x' }],
};
const TARIFF = { input: '1', output: '2', cacheRead: '0.1', cacheWrite5m: '1', cacheWrite1h: '1' };

const REPRICING = {
  from: '2026-01-01T00:00:00.000Z',
  to: '2026-01-02T00:00:00.000Z',
  note: 'price corrected',
};

const MATRIX: Record<EndpointId, Row> = {
  'site.get': { expected: PUBLIC },
  'health.get': { expected: PUBLIC },
  'health.live': { expected: PUBLIC },
  'health.ready': { expected: PUBLIC },
  'me.get': { expected: SIGNED_IN },
  'me.update': { expected: SIGNED_IN, body: () => ({ locale: 'en' }) },
  'users.list': { expected: ADMINS },
  'users.get': { expected: ADMINS },
  'users.create': {
    expected: ADMINS,
    body: (name) => ({ name, email: `${name}@new.example.com`, password: 'long enough' }),
  },
  'users.update': { expected: ADMINS, body: () => ({ note: 'x' }) },
  'users.delete': { expected: ADMINS },
  'users.resetPassword': { expected: ADMINS, body: () => ({ password: 'long enough' }) },
  'users.changeQuota': { expected: ADMINS, body: () => ({ amountUsd: '1' }) },
  'keys.list': { expected: SIGNED_IN },
  'keys.create': { expected: SIGNED_IN, body: () => ({ name: 'k' }) },
  'keys.update': { expected: OWNED, body: () => ({ name: 'k' }) },
  'keys.rotate': { expected: OWNER_ONLY, body: () => ({}) },
  'keys.delete': { expected: OWNED },
  'channels.list': { expected: ADMINS },
  'channels.get': { expected: ADMINS },
  'channels.create': { expected: ADMINS, body: (name) => ({ ...CHANNEL, name }) },
  'channels.update': { expected: ADMINS, body: () => ({ weight: 2 }) },
  'channels.delete': { expected: ADMINS },
  'channels.copy': { expected: ADMINS, body: (name) => ({ name }) },
  'channels.test': { expected: ADMINS, body: () => ({ model: 'm' }) },
  'channels.testAll': { expected: ADMINS, body: () => ({}) },
  'channels.tests': { expected: ADMINS },
  'channels.clearCooldown': { expected: ADMINS },
  'channels.upstreamModels': {
    expected: ADMINS,
    body: () => ({ type: 'claude', baseUrl: 'https://api.example.com', secret: 'sk-x' }),
  },
  'models.list': { expected: ADMINS },
  'models.create': { expected: ADMINS, body: (name) => ({ provider: 'p', name }) },
  'models.update': { expected: ADMINS, body: () => ({ visible: false }) },
  'models.delete': { expected: ADMINS },
  'catalog.list': { expected: ADMINS },
  'catalog.add': { expected: ADMINS, body: () => ({ names: ['gpt-4'] }) },
  'prices.list': { expected: ADMINS },
  'prices.create': { expected: ADMINS, body: () => ({ model: 'm', tariff: TARIFF }) },
  'prices.change': {
    expected: ADMINS,
    body: () => ({
      priceIds: [priceInForce],
      change: { kind: 'set', classes: { input: '2' } },
      preview: true,
    }),
  },
  'prices.withdraw': { expected: ADMINS },
  'requestLogs.list': { expected: SIGNED_IN },
  'requestLogs.get': { expected: OWNED },
  // Nothing was paid for the scene's request.
  'requestLogs.refund': { expected: [401, 403, 403, 409, 409], body: () => ({ note: 'failed' }) },
  'ledger.list': { expected: SIGNED_IN },
  'giftCards.list': { expected: ADMINS },
  'giftCards.create': { expected: ADMINS, body: () => ({ amountUsd: '1' }) },
  'giftCards.void': { expected: ADMINS },
  'giftCards.voidBatch': { expected: ADMINS },
  'giftCards.redeem': { expected: SIGNED_IN, body: () => ({ code: codes.pop() }) },
  'usage.summary': { expected: SIGNED_IN },
  'usage.key': { expected: PUBLIC },
  'usage.availableModels': { expected: SIGNED_IN },
  'finance.totals': { expected: ADMINS },
  'finance.reconciliations': { expected: ADMINS },
  'finance.reconcile': { expected: ADMINS },
  'repricings.list': { expected: ADMINS },
  'repricings.get': { expected: ADMINS },
  // The second finds the first one open.
  'repricings.create': { expected: [401, 403, 403, 200, 409], body: () => REPRICING },
  'repricings.advance': { expected: ADMINS },
  'repricings.book': { expected: ADMINS },
  'repricings.discard': { expected: ADMINS },
  'audit.list': { expected: ADMINS },
  'settings.get': { expected: ADMINS },
  'settings.update': { expected: ADMINS, body: (name) => ({ siteName: name }) },
};

/** The id of what was just made. */
function idIn(body: unknown): string {
  const found = typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined;
  if (typeof found !== 'string') throw new Error(`no id in ${JSON.stringify(body)}`);
  return found;
}

function textIn(body: unknown, name: string): string {
  const found: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  if (typeof found !== 'string') throw new Error(`no ${name} in ${JSON.stringify(body)}`);
  return found;
}

function keyIn(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'key' in body ? body.key : undefined;
}

let callers: Record<Caller, SessionUser | undefined>;
let count = 0;
/** Codes of gift cards that nobody has redeemed. */
let codes: string[] = [];
let priceInForce = '';

/** A name that nothing else has. */
function unique(): string {
  count += 1;
  return `n${count}`;
}

async function made(path: string, caller: Caller, body: unknown): Promise<unknown> {
  const as = callers[caller];
  return (await api.call(path, { method: 'POST', ...(as && { as }), body })).body;
}

async function newBatch(): Promise<string> {
  return newGiftCards.parse(await made('/api/gift-cards', 'admin', { amountUsd: '1' })).batchId;
}

/** Makes the thing that a path parameter names: what can be owned belongs to `user`. */
const MAKERS: Record<string, () => Promise<string>> = {
  userId: async () => (await api.user('user', unique())).userId,
  keyId: async () => idIn(keyIn(await made('/api/keys', 'user', { name: 'own' }))),
  channelId: async () => idIn(await made('/api/channels', 'admin', { ...CHANNEL, name: unique() })),
  modelId: async () => idIn(await made('/api/models', 'admin', { provider: 'p', name: unique() })),
  priceId: async () => idIn(await made('/api/prices', 'admin', { model: 'm', tariff: TARIFF })),
  giftCardId: async () => {
    const batchId = await newBatch();
    const as = callers.admin;
    const { body } = await api.call(`/api/gift-cards?batch=${batchId}`, { ...(as && { as }) });
    return idIn(listGiftCards.output.parse(body).items[0]);
  },
  batchId: newBatch,
  repricingId: async () => {
    const as = callers.admin;
    const { body } = await api.call('/api/repricings', { ...(as && { as }) });
    for (const { id, state } of listRepricings.output.parse(body).items) {
      if (state === 'ready') await api.call(`/api/repricings/${id}`, { method: 'DELETE', ...(as && { as }) });
    }
    return idIn(await made('/api/repricings', 'admin', REPRICING));
  },
  key: async () => textIn(await made('/api/keys', 'user', { name: 'own' }), 'secret'),
  requestId: async () => api.bench.logRequest(callers.user?.userId ?? ''),
};

async function urlOf(path: string): Promise<string> {
  const name = /\{(\w+)\}/.exec(path)?.[1];
  if (name === undefined) return path;
  const maker = MAKERS[name];
  if (!maker) throw new Error(`nothing is known about ${name}`);
  return path.replace(`{${name}}`, await maker());
}

it.each(endpoints.map(({ id, method, path }) => ({ id, method, path })))(
  '$id answers each role as the matrix says',
  async ({ id, method, path }) => {
    const { expected, body } = MATRIX[id];
    const statuses: number[] = [];
    for (const caller of CALLERS) {
      const as = callers[caller];
      const url = await urlOf(path);
      const { status } = await api.call(url, {
        method,
        ...(as && { as }),
        ...(body && { body: body(unique()) }),
      });
      statuses.push(status);
    }
    expect(statuses).toEqual(expected);
  },
);
