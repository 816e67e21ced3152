// Promise: what an upstream says against a key is kept once and told once; only what happened by itself is undone by itself.
import { channelCreate, channelUpdate } from '@api-proxy/contracts/channels';
import { auditLog } from '@api-proxy/db/schema/audit-log';
import { channelKeys } from '@api-proxy/db/schema/channel-keys';
import { HOUR_MS } from '@api-proxy/kit/duration';
import { Secret } from '@api-proxy/kit/secret';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { systemContext } from '../context.ts';
import { openTestBench, type TestBench } from '../testing/bench.ts';
import { clearCooldown } from './clear-cooldown.ts';
import { createChannel } from './create-channel.ts';
import { getChannel } from './get-channel.ts';
import { forgetComplaint, markKeyExhausted, markKeyRejected, reviveKey } from './key-state.ts';
import { testChannel } from './test-channel.ts';
import { updateChannel } from './update-channel.ts';

let bench: TestBench;

beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const CANARY = 'sk-upstream-canary-0123456789';

async function scene() {
  const admin = await bench.as('admin');
  const body = channelCreate.parse({
    ...{ name: 'main', type: 'claude', baseUrl: 'https://api.example.com', keys: [{ secret: CANARY }] },
  });
  const { id: channelId, keys } = await createChannel(admin, { body });
  const channelKeyId = keys[0]?.id ?? '';
  bench.notices.length = 0;
  const params = { channelId };
  const key = async () => (await getChannel(admin, { params })).keys[0];
  const news = { channelKeyId, secret: new Secret(CANARY), status: 401 };
  return { admin, system: systemContext(bench.ports), params, key, news };
}

it('a rejected key is out of use everywhere, once: stored, audited as the system, told, and the version is raised', async () => {
  const { system, key, news, params } = await scene();
  await Promise.all([1, 2, 3].map(() => markKeyRejected(system, news)));
  expect(await key()).toMatchObject({
    status: 'rejected',
    statusReason: 'key_rejected 401',
    complaint: { kind: 'key_rejected', status: 401, at: new Date(bench.clock.nowMs()).toISOString() },
    lastFour: '6789',
  });
  expect(bench.notices.map(({ topic }) => topic)).toEqual(['config']);
  expect(bench.told).toEqual([
    {
      ...{ kind: 'key_rejected', channelName: 'main', lastFour: '6789', status: 401 },
      ...{ channelId: params.channelId, channelKeyId: news.channelKeyId },
    },
  ]);
  const audited = (await bench.memory.db.select().from(auditLog)).filter(({ actorName }) => actorName === '');
  expect(audited).toMatchObject([{ action: 'channel.keyRejected', actorUserId: null }]);
  expect(JSON.stringify([audited, bench.told], (_k, v) => (typeof v === 'bigint' ? '' : v))).not.toContain(
    'canary',
  );
});

it('what the old credential brought about does not touch the one that replaced it', async () => {
  const { admin, system, key, news, params } = await scene();
  const body = channelUpdate.parse({ keys: [{ id: news.channelKeyId, secret: 'sk-fresh-0123456789wxyz' }] });
  await updateChannel(admin, { params, body });
  await markKeyRejected(system, news);
  await markKeyExhausted(system, news);
  expect(await key()).toMatchObject({ status: 'active', statusReason: null });
  expect(bench.told).toEqual([]);
});

it('a key that an admin disabled is neither rejected nor revived, nor is a test of it reason to use it', async () => {
  const { admin, system, key, news, params } = await scene();
  await bench.memory.db.update(channelKeys).set({ status: 'disabled' });
  await markKeyRejected(system, news);
  await markKeyExhausted(system, news);
  await reviveKey(system, news);
  await testChannel(admin, { params, body: { model: 'm' } });
  expect(await key()).toMatchObject({ status: 'disabled', statusReason: null });
  expect([bench.told, bench.cleared, bench.notices]).toEqual([[], [], []]);
});

it('a rejected key is in use again, at once, when an admin sets it active, sets it anew, or tests it well', async () => {
  const { admin, system, key, news, params } = await scene();
  const { channelKeyId: id } = news;
  const set = (part: object) =>
    updateChannel(admin, { params, body: channelUpdate.parse({ keys: [{ id, ...part }] }) });
  const ways = [
    () => set({ status: 'active' }),
    () => testChannel(admin, { params, body: { model: 'm' } }),
    () => set({ secret: 'sk-fresh-0123456789wxyz' }),
  ];
  for (const way of ways) {
    await markKeyRejected(system, news);
    expect((await key())?.status).toBe('rejected');
    bench.cleared.length = 0;
    await way();
    expect(await key()).toMatchObject({ status: 'active', statusReason: null });
    expect(bench.cleared).toEqual([params.channelId]);
  }
  await markKeyRejected(system, { ...news, secret: new Secret('sk-fresh-0123456789wxyz') });
  await set({});
  expect((await key())?.status).toBe('rejected');
});

it('a used-up quota is told once an hour, leaves the key in use, and is over when it answers or an admin says so', async () => {
  const { admin, system, key, news, params } = await scene();
  const spent = { ...news, status: 402 };
  await markKeyExhausted(system, spent);
  await markKeyExhausted(system, spent);
  expect(await key()).toMatchObject({ status: 'active', statusReason: 'quota_exhausted 402' });
  expect(bench.told).toHaveLength(1);
  bench.clock.advance(HOUR_MS);
  await markKeyExhausted(system, spent);
  expect(bench.told).toHaveLength(2);
  await forgetComplaint(system, news.channelKeyId);
  expect((await key())?.statusReason).toBeNull();
  await markKeyExhausted(system, spent);
  await clearCooldown(admin, { params });
  expect((await key())?.statusReason).toBeNull();
  expect(bench.notices).toEqual([]);
});
