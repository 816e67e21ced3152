// Usage of a key: days of the installation's zone on a change of the clocks, addresses that a key allows, guesses.
import { keys } from '@api-proxy/db/schema/keys';
import { usageByHour } from '@api-proxy/db/schema/usage-by-hour';
import { newId } from '@api-proxy/kit/id';
import { createZoneReader } from '@api-proxy/kit/window';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { isAddressAllowed } from '../key/allowed-ip.ts';
import { openTestBench, type TestBench } from '../testing/bench.ts';
import { getKeyUsage } from './get-key-usage.ts';
import { keySums, rangeStartMs } from './key-sums.ts';

let bench: TestBench;
beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(() => bench.reset());
afterAll(() => bench.close());

it('a day of 25 hours is one day of the range, with all its hours', async () => {
  const timeZone = 'Europe/Berlin';
  const nowMs = Date.parse('2026-10-28T10:30:00Z');
  const fromMs = rangeStartMs('7d', nowMs, createZoneReader()(timeZone));
  expect(new Date(fromMs).toISOString()).toBe('2026-10-21T22:00:00.000Z');
  const row = { userId: 'usr_1', keyId: 'key_1', model: 'm', outcome: 'ok', requests: 1, cost: 5n };
  for (const hour of ['2026-10-24T21', '2026-10-24T22', '2026-10-25T22', '2026-10-25T23']) {
    await bench.ports.db.insert(usageByHour).values({ ...row, bucket: new Date(`${hour}:00:00Z`) });
  }
  const { byDay, total } = await keySums(bench.ports.db, { ...row, fromMs, nowMs, timeZone });
  expect(byDay.map(({ day, requests }) => [day, requests])).toEqual([
    ['2026-10-22', 0],
    ['2026-10-23', 0],
    ['2026-10-24', 1],
    ['2026-10-25', 2],
    ['2026-10-26', 1],
    ['2026-10-27', 0],
    ['2026-10-28', 0],
  ]);
  expect(total).toMatchObject({ requests: 4, costUsd: '0.00000002' });
});

it('addresses and ranges of a key hold in both families; without an address only an empty list allows', () => {
  const list = ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'];
  for (const ip of ['10.9.8.7', '192.0.2.7', '2001:db8::1']) expect(isAddressAllowed(list, ip)).toBe(true);
  for (const ip of ['11.0.0.1', '192.0.2.8', '2001:db9::1', 'nowhere', null]) {
    expect(isAddressAllowed(list, ip)).toBe(false);
  }
  expect(isAddressAllowed([], null)).toBe(true);
});

it('a wrong key is 401, thirty of them are 429, and a right one in between begins the count anew', async () => {
  const user = await bench.as('user');
  const secret = 'sk-relay-abcd-right';
  const { userId } = user.actor;
  const facts = { name: 'k', prefix: 'sk-relay-abcd', lastFour: 'ight', hash: bench.ports.keyHasher(secret) };
  await bench.ports.db.insert(keys).values({ id: newId('key'), userId, ...facts });
  const context = { ...bench.anonymous, callerIp: '198.51.100.9' };
  const ask = (key: string) => getKeyUsage(context, { params: { key }, query: { range: '24h' } });
  const guess = () => ask('sk-relay-abcd-wrong').catch((thrown: { status: number }) => thrown.status);
  const guesses = async (count: number) => {
    const seen = [];
    for (let index = 0; index < count; index++) seen.push(await guess());
    return seen;
  };
  expect(new Set(await guesses(29))).toEqual(new Set([401]));
  expect(await ask(secret)).toMatchObject({ key: { name: 'k' }, total: { requests: 0 }, balance: null });
  expect(new Set(await guesses(30))).toEqual(new Set([401]));
  expect(await guess()).toBe(429);
});
