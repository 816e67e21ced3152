// Prices with history, the catalogue and what is not priced.
import { channelCreate } from '@api-proxy/contracts/channels';
import { modelCreate } from '@api-proxy/contracts/models';
import { priceCreate } from '@api-proxy/contracts/prices';
import { prices } from '@api-proxy/db/schema/prices';
import { HOUR_MS } from '@api-proxy/kit/duration';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { addFromCatalog } from '../catalog/add-from-catalog.ts';
import { builtInCatalog } from '../catalog/built-in.ts';
import { listCatalog } from '../catalog/list-catalog.ts';
import { createChannel } from '../channel/create-channel.ts';
import { createModel } from '../model/create-model.ts';
import { deleteModel } from '../model/delete-model.ts';
import { listModels } from '../model/list-models.ts';
import { updateModel } from '../model/update-model.ts';
import { openTestBench, type TestBench } from '../testing/bench.ts';
import { listAvailableModels } from '../usage/list-available-models.ts';
import { createPrice } from './create-price.ts';
import { listPrices } from './list-prices.ts';
import { withdrawPrice } from './withdraw-price.ts';

let bench: TestBench;

beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const tariff = (input: string) => ({
  input,
  output: '15',
  cacheRead: '0.3',
  cacheWrite5m: '3.75',
  cacheWrite1h: '6',
});
const price = (input: string, extra: object = {}) =>
  priceCreate.parse({ model: 'm', tariff: tariff(input), ...extra });

it('a new price supersedes the old one, which stays as history; a later one is scheduled', async () => {
  const admin = await bench.as('admin');
  await createPrice(admin, { body: price('3') });
  bench.clock.advance(1_000);
  await createPrice(admin, { body: price('2.5') });
  const later = new Date(bench.clock.nowMs() + HOUR_MS).toISOString();
  await createPrice(admin, { body: price('2', { effectiveFrom: later }) });
  const history = await listPrices(admin, { query: { model: 'm' } });
  expect(history.items.map(({ tariff: { input }, phase }) => [input, phase])).toEqual([
    ['2', 'scheduled'],
    ['2.5', 'current'],
    ['3', 'past'],
  ]);
  expect((await listPrices(admin, { query: {} })).items).toHaveLength(2);
  bench.clock.advance(HOUR_MS);
  const [now] = (await listPrices(admin, { query: {} })).items;
  expect(now).toMatchObject({ phase: 'current', tariff: { input: '2' } });
});

it('a withdrawn price prices nothing, and the one before holds again', async () => {
  const admin = await bench.as('admin');
  await createModel(admin, { body: modelCreate.parse({ provider: 'p', name: 'm' }) });
  await createPrice(admin, { body: price('3') });
  bench.clock.advance(1_000);
  const second = await createPrice(admin, { body: price('4') });
  await withdrawPrice(admin, { params: { priceId: second.id } });
  const modelPrice = async () => (await listModels(admin, { query: {} })).items[0]?.price?.tariff.input;
  expect(await modelPrice()).toBe('3');
  await expect(withdrawPrice(admin, { params: { priceId: second.id } })).rejects.toMatchObject({
    status: 404,
  });
});

it('prices are kept exactly, to the nano-dollar per million, with their long-context tier', async () => {
  const admin = await bench.as('admin');
  const longContext = { threshold: 200_000, ...tariff('0.000000001') };
  const made = await createPrice(admin, {
    body: price('0.123456789', { tariff: { ...tariff('0.123456789'), longContext } }),
  });
  expect(made.tariff).toEqual({ ...tariff('0.123456789'), longContext });
  const [row] = await bench.memory.db.select().from(prices);
  expect(row).toMatchObject({ input: 123_456_789n, longInput: 1n, longContextThreshold: 200_000 });
});

it('models without a general price are named, on channels and in the catalogue; an override is no price', async () => {
  const admin = await bench.as('admin');
  const channel = {
    name: 'c',
    type: 'openai',
    baseUrl: 'https://api.example.com',
    keys: [{ secret: 's' }],
    models: ['m', 'seen'],
  };
  const { id } = await createChannel(admin, { body: channelCreate.parse(channel) });
  await createModel(admin, { body: modelCreate.parse({ provider: 'p', name: 'listed' }) });
  await createPrice(admin, { body: price('1', { channelId: id }) });
  const unpriced = async () => (await listPrices(admin, { query: {} })).unpriced.map(({ model }) => model);
  expect(await unpriced()).toEqual(['listed', 'm', 'seen']);
  await createPrice(admin, { body: price('1') });
  expect(await unpriced()).toEqual(['listed', 'seen']);
  expect((await listPrices(admin, { query: { search: 'm%' } })).items).toEqual([]);
  const stranger = createPrice(admin, { body: price('1', { channelId: 'chn_none' }) });
  await expect(stranger).rejects.toMatchObject({ status: 400 });
});

it('the built-in list is complete: every entry has a tariff that the contract accepts, tiers included', () => {
  const { source, models } = builtInCatalog();
  expect(source).toContain('models.dev');
  expect(models.length).toBeGreaterThan(60);
  for (const entry of models) {
    expect(priceCreate.safeParse({ model: entry.name, tariff: entry.tariff }).success, entry.name).toBe(true);
  }
  const tiered = models.find(({ name }) => name === 'gpt-5.4');
  expect(tiered?.tariff).toMatchObject({
    input: '2.5',
    cacheRead: '0.25',
    cacheWrite5m: '2.5',
    longContext: { threshold: 272_000, input: '5', output: '22.5', cacheRead: '0.5' },
  });
});

it('entries of the built-in list are added with prices; what exists keeps its local edits', async () => {
  const admin = await bench.as('admin');
  const channel = {
    name: 'c',
    type: 'claude',
    baseUrl: 'https://api.example.com',
    keys: [{ secret: 's' }],
    models: ['gpt-4', 'odd'],
  };
  await createChannel(admin, { body: channelCreate.parse(channel) });
  await createModel(admin, {
    body: modelCreate.parse({ provider: 'mine', name: 'gpt-4', displayName: 'My own' }),
  });
  const add = () => addFromCatalog(admin, { body: { names: ['gpt-4', 'gpt-4-turbo'], withPrices: true } });
  expect(await add()).toEqual({ models: 1, prices: 2 });
  expect(await add()).toEqual({ models: 0, prices: 0 });
  const { items } = await listModels(admin, { query: { search: 'gpt-4' } });
  expect(items).toMatchObject([
    { name: 'gpt-4', displayName: 'My own', source: 'manual', channelCount: 1, price: { source: 'catalog' } },
    { name: 'gpt-4-turbo', source: 'catalog', channelCount: 0 },
  ]);
  const catalog = await listCatalog(admin, {});
  expect(catalog.unknown).toEqual(['odd']);
  expect(catalog.items.find(({ name }) => name === 'gpt-4')).toMatchObject({
    added: true,
    priced: true,
    channels: ['c'],
  });
  const unknown = addFromCatalog(admin, { body: { names: ['odd'], withPrices: false } });
  await expect(unknown).rejects.toMatchObject({ status: 400 });
});

it('a model is changed, renamed to a free name only, and deleted; its prices stay', async () => {
  const admin = await bench.as('admin');
  const [one, other] = [
    await createModel(admin, { body: modelCreate.parse({ provider: 'p', name: 'm' }) }),
    await createModel(admin, { body: modelCreate.parse({ provider: 'p', name: 'other', sortOrder: -1 }) }),
  ];
  await createPrice(admin, { body: price('1') });
  const params = { modelId: one.id };
  await expect(updateModel(admin, { params, body: { name: 'other' } })).rejects.toMatchObject({
    code: 'name_taken',
  });
  const changed = await updateModel(admin, { params, body: { upstreamModel: 'm-2026' } });
  expect(changed).toMatchObject({ upstreamModel: 'm-2026', provider: 'p', source: 'manual' });
  const order = async () => (await listModels(admin, { query: {} })).items.map(({ name }) => name);
  expect(await order()).toEqual(['other', 'm']);
  expect((await listModels(admin, { query: { priced: false } })).items.map(({ id }) => id)).toEqual([
    other.id,
  ]);
  await deleteModel(admin, { params });
  expect(await order()).toEqual(['other']);
  expect((await listPrices(admin, { query: { model: 'm' } })).items).toHaveLength(1);
  expect(bench.notices.filter(({ topic }) => topic === 'config').length).toBe(5);
});

it('a user sees the models that a usable channel accepts, with the protocols of it', async () => {
  const [admin, user] = [await bench.as('admin'), await bench.as('user')];
  const channel = (name: string, extra: object) =>
    channelCreate.parse({ name, baseUrl: 'https://api.example.com', keys: [{ secret: 's' }], ...extra });
  await createChannel(admin, { body: channel('a', { type: 'claude', models: ['m'] }) });
  await createChannel(admin, {
    body: channel('b', { type: 'openai', speaks: 'chat', models: ['m', 'text-embed'] }),
  });
  await createChannel(admin, { body: channel('c', { type: 'openai', models: ['off'], enabled: false }) });
  for (const name of ['m', 'text-embed', 'off']) {
    await createModel(admin, { body: modelCreate.parse({ provider: 'p', name }) });
  }
  await createPrice(admin, { body: price('1') });
  expect((await listAvailableModels(user, {})).items).toMatchObject([
    { name: 'm', priced: true, protocols: ['anthropic-messages', 'openai-chat'] },
    { name: 'text-embed', priced: false, protocols: ['openai-embeddings'] },
  ]);
});
