// Several prices changed by one rule; models that are called without a price.
import { priceBulkChange, priceCreate, type TariffChange } from '@api-proxy/contracts/prices';
import { auditLog } from '@api-proxy/db/schema/audit-log';
import { prices } from '@api-proxy/db/schema/prices';
import { usageByHour } from '@api-proxy/db/schema/usage-by-hour';
import { HOUR_MS } from '@api-proxy/kit/duration';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openTestBench, type TestBench } from '../testing/bench.ts';
import { changePrices } from './change-prices.ts';
import { createPrice } from './create-price.ts';
import { listPrices } from './list-prices.ts';

let bench: TestBench;

beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const classes = (input: string) => ({
  input,
  output: '15',
  cacheRead: '0.3',
  cacheWrite5m: '3.75',
  cacheWrite1h: '6',
});
const body = (priceIds: string[], change: TariffChange, extra: object = {}) =>
  priceBulkChange.parse({ priceIds, change, ...extra });
const up = (factor: string): TariffChange => ({ kind: 'scale', factor, classes: ['input', 'output'] });

async function twoPrices() {
  const admin = await bench.as('admin', 'Ada');
  const longContext = { threshold: 200_000, ...classes('6') };
  const set = (model: string, tariff: object) =>
    createPrice(admin, { body: priceCreate.parse({ model, tariff }) });
  const a = await set('a', { ...classes('3'), longContext });
  const b = await set('b', classes('0.000000001'));
  bench.clock.advance(1_000);
  return { admin, a, b };
}

it('a factor changes the chosen classes of all, the long-context tier too, exactly; the rest stays', async () => {
  const { admin, a, b } = await twoPrices();
  const { items } = await changePrices(admin, { body: body([a.id, b.id], up('1.1')) });
  expect(items.map(({ before, after }) => [before.input, after.input, after.cacheRead])).toEqual([
    ['3', '3.3', '0.3'],
    // Half a nano-dollar and more rounds up, less down.
    ['0.000000001', '0.000000001', '0.3'],
  ]);
  expect(items[0]?.after.longContext).toEqual({
    ...classes('6.6'),
    output: '16.5',
    threshold: 200_000,
  });
  const now = (await listPrices(admin, { query: {} })).items;
  expect(now.map(({ model, tariff, phase, setBy }) => [model, tariff.output, phase, setBy])).toEqual([
    ['a', '16.5', 'current', 'Ada'],
    ['b', '16.5', 'current', 'Ada'],
  ]);
  expect(bench.notices.filter(({ topic }) => topic === 'config')).toHaveLength(3);
});

it('set classes replace prices; nothing is written for a preview, which tells the same outcome', async () => {
  const { admin, a, b } = await twoPrices();
  const change = { kind: 'set', classes: { cacheWrite1h: '9' } } as const;
  const seen = await changePrices(admin, { body: body([a.id, b.id], change, { preview: true }) });
  expect(await bench.memory.db.$count(prices)).toBe(2);
  expect(await bench.memory.db.$count(auditLog, eq(auditLog.action, 'price.change'))).toBe(0);
  const done = await changePrices(admin, { body: body([a.id, b.id], change) });
  expect(done).toEqual(seen);
  expect(done.items[0]?.after).toEqual({ ...a.tariff, cacheWrite1h: '9' });
  const [entry] = await bench.memory.db.select().from(auditLog).where(eq(auditLog.action, 'price.change'));
  expect(entry?.before).toMatchObject({ a: { cacheWrite1h: '6' }, b: { cacheWrite1h: '6' } });
  expect(entry?.after).toMatchObject({ a: { cacheWrite1h: '9' }, b: { cacheWrite1h: '9' } });
});

it('when one of the prices was replaced meanwhile, none is changed', async () => {
  const { admin, a, b } = await twoPrices();
  await createPrice(admin, { body: priceCreate.parse({ model: 'b', tariff: classes('2') }) });
  const stale = changePrices(admin, { body: body([a.id, b.id], up('2')) });
  await expect(stale).rejects.toMatchObject({ status: 409, details: { models: ['b'] } });
  expect(await bench.memory.db.$count(prices)).toBe(3);
  const user = await bench.as('user');
  await expect(changePrices(user, { body: body([a.id], up('2')) })).rejects.toMatchObject({ status: 403 });
});

it('a change from a date on waits for it, and one scheduled after it is told', async () => {
  const { admin, a } = await twoPrices();
  const at = (hours: number) => new Date(bench.clock.nowMs() + hours * HOUR_MS).toISOString();
  await createPrice(admin, {
    body: priceCreate.parse({ model: 'a', tariff: classes('1'), effectiveFrom: at(5) }),
  });
  const { items } = await changePrices(admin, { body: body([a.id], up('2'), { effectiveFrom: at(1) }) });
  expect(items[0]?.replacedAt).toBe(at(5));
  const history = await listPrices(admin, { query: { model: 'a' } });
  expect(history.items.map(({ tariff, phase }) => [tariff.input, phase])).toEqual([
    ['1', 'scheduled'],
    ['6', 'scheduled'],
    ['3', 'current'],
  ]);
});

it('a model that was served without a price is named with its requests; a name that only was asked for is not', async () => {
  const admin = await bench.as('admin');
  const bucket = new Date(bench.clock.nowMs() - HOUR_MS);
  const row = { bucket, userId: 'usr_1', keyId: 'key_1' };
  await bench.memory.db.insert(usageByHour).values([
    { ...row, model: 'served', channelId: 'chn_1', outcome: 'ok', requests: 7 },
    { ...row, model: 'made-up', channelId: '', outcome: 'client_error', requests: 9 },
  ]);
  expect((await listPrices(admin, { query: {} })).unpriced).toEqual([
    { model: 'served', inCatalogue: false, channels: [], requests: 7 },
  ]);
});
