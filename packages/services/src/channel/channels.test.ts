// Channels: their life, their secrets and their tests.
import { channelCreate, channelUpdate, draftChannel } from '@api-proxy/contracts/channels';
import { auditLog } from '@api-proxy/db/schema/audit-log';
import { channelKeys } from '@api-proxy/db/schema/channel-keys';
import { channels } from '@api-proxy/db/schema/channels';
import { configVersion } from '@api-proxy/db/schema/config-version';
import { usageByHour } from '@api-proxy/db/schema/usage-by-hour';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openTestBench, type TestBench } from '../testing/bench.ts';
import { clearCooldown } from './clear-cooldown.ts';
import { copyChannel } from './copy-channel.ts';
import { createChannel } from './create-channel.ts';
import { deleteChannel } from './delete-channel.ts';
import { listChannelTests } from './list-channel-tests.ts';
import { listChannels } from './list-channels.ts';
import { listUpstreamModels } from './list-upstream-models.ts';
import { testAllChannels } from './test-all-channels.ts';
import { testChannel } from './test-channel.ts';
import { updateChannel } from './update-channel.ts';

let bench: TestBench;

beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const CANARY = 'sk-upstream-canary-0123456789';
const body = (extra: object = {}) =>
  channelCreate.parse({
    name: 'main',
    type: 'claude',
    baseUrl: 'https://api.example.com',
    keys: [{ secret: CANARY }],
    extraHeaders: { 'x-auth': 'canary-header' },
    proxyUrl: 'http://user:canary-proxy@proxy.example.com:8080',
    renames: { fast: 'claude-fast-1' },
    ...extra,
  });

async function versionNow(): Promise<number> {
  const [row] = await bench.memory.db.select().from(configVersion);
  return row?.version ?? 1;
}

it('a new channel is encrypted at rest, answered without its secret, and raises the version', async () => {
  const admin = await bench.as('admin');
  const channel = await createChannel(admin, { body: body() });
  expect(channel).toMatchObject({
    name: 'main',
    models: ['*'],
    renames: { fast: 'claude-fast-1' },
    keys: [{ lastFour: '6789', status: 'active', coolingUntil: null }],
    live: { state: 'healthy', requests24h: 0, errorRate24h: null, p50Ms: null },
  });
  expect(JSON.stringify(channel)).not.toContain(CANARY);
  const [key] = await bench.memory.db.select().from(channelKeys);
  expect(bench.ports.vault.open(key?.encryptedSecret ?? '').reveal()).toBe(CANARY);
  expect(bench.notices).toEqual([{ topic: 'config', payload: { version: await versionNow() } }]);
});

it('no audit entry of any change holds a secret', async () => {
  const admin = await bench.as('admin');
  const { id: channelId } = await createChannel(admin, { body: body() });
  const params = { channelId };
  await updateChannel(admin, { params, body: channelUpdate.parse({ keys: [{ secret: `${CANARY}-2` }] }) });
  await copyChannel(admin, { params, body: { name: 'copy' } });
  await clearCooldown(admin, { params });
  await deleteChannel(admin, { params });
  const entries = await bench.memory.db.select().from(auditLog).orderBy(auditLog.id);
  expect(entries.map(({ action }) => action)).toEqual([
    'channel.create',
    'channel.update',
    'channel.copy',
    'channel.clearCooldown',
    'channel.delete',
  ]);
  expect(JSON.stringify(entries.map(({ before, after }) => [before, after]))).not.toContain('canary');
});

it('a key named without a secret keeps it, one with a secret is replaced, one left out is removed', async () => {
  const admin = await bench.as('admin');
  const made = await createChannel(admin, {
    body: body({ keys: [{ secret: CANARY }, { secret: `${CANARY}b` }] }),
  });
  const [first, second] = made.keys;
  const params = { channelId: made.id };
  await bench.memory.db.update(channelKeys).set({ status: 'rejected', statusReason: 'refused' });
  const keys = [{ id: first?.id }, { secret: 'sk-third-0123456789abcd' }];
  const changed = await updateChannel(admin, { params, body: channelUpdate.parse({ keys, weight: 5 }) });
  expect(changed).toMatchObject({ weight: 5, baseUrl: made.baseUrl, renames: made.renames });
  expect(changed.keys).toMatchObject([
    { id: first?.id, status: 'rejected', statusReason: 'refused' },
    { lastFour: 'abcd', status: 'active' },
  ]);
  expect(changed.keys.map(({ id }) => id)).not.toContain(second?.id);
  const replaced = channelUpdate.parse({ keys: [{ id: first?.id, secret: 'sk-fresh-0123456789wxyz' }] });
  const after = await updateChannel(admin, { params, body: replaced });
  expect(after.keys).toMatchObject([
    { id: first?.id, lastFour: 'wxyz', status: 'active', statusReason: null },
  ]);
  const stranger = channelUpdate.parse({ keys: [{ id: 'chk_unknown' }] });
  await expect(updateChannel(admin, { params, body: stranger })).rejects.toMatchObject({ status: 400 });
});

it('a name is free again once its channel is deleted', async () => {
  const admin = await bench.as('admin');
  const { id: channelId } = await createChannel(admin, { body: body() });
  await expect(createChannel(admin, { body: body() })).rejects.toMatchObject({
    code: 'name_taken',
    status: 409,
  });
  await deleteChannel(admin, { params: { channelId } });
  await createChannel(admin, { body: body() });
  expect((await listChannels(admin, {})).items).toHaveLength(1);
  expect(await bench.memory.db.select().from(channelKeys)).toHaveLength(1);
});

it('private addresses are refused as base URL and as proxy', async () => {
  const admin = await bench.as('admin');
  for (const extra of [{ baseUrl: 'http://169.254.169.254/latest' }, { proxyUrl: 'http://10.0.0.1:3128' }]) {
    const attempt = createChannel(admin, { body: body(extra) });
    await expect(attempt).rejects.toMatchObject({ status: 400, code: 'invalid_input' });
  }
});

it('a test calls the upstream with the renamed model and the opened key, and is kept', async () => {
  const admin = await bench.as('admin');
  const { id: channelId } = await createChannel(admin, { body: body() });
  const params = { channelId };
  const result = await testChannel(admin, { params, body: { model: 'fast' } });
  expect(result).toMatchObject({ ok: true, model: 'fast', firstByteMs: 12, durationMs: 31, answer: 'pong' });
  const [probe] = bench.probed;
  expect(probe?.model).toBe('claude-fast-1');
  expect(probe?.target.secret.reveal()).toBe(CANARY);
  expect((await listChannelTests(admin, { params })).items).toMatchObject([
    { kind: 'manual', model: 'fast' },
  ]);
  // Without a name, what the upstream offers is asked.
  expect(await testChannel(admin, { params, body: {} })).toMatchObject({ ok: true, model: 'b' });
});

it('the list tells the last test of each channel, also of one that was never tested', async () => {
  const admin = await bench.as('admin');
  const { id: channelId } = await createChannel(admin, { body: body() });
  await createChannel(admin, { body: body({ name: 'other' }) });
  const params = { channelId };
  await testChannel(admin, { params, body: { model: 'first' } });
  bench.clock.advance(1_000);
  await testChannel(admin, { params, body: { model: 'second' } });
  const { items } = await listChannels(admin, {});
  expect(items.map(({ name, lastTest }) => [name, lastTest?.model, lastTest?.kind])).toEqual([
    ['main', 'second', 'manual'],
    ['other', undefined, undefined],
  ]);
});

it('all channels in use are tested, a few at a time; one that can not be tried does not stop the others', async () => {
  const admin = await bench.as('admin');
  const made = [];
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f'])
    made.push(await createChannel(admin, { body: body({ name, enabled: name !== 'f', healthModel: 'm' }) }));
  await bench.memory.db
    .update(channels)
    .set({ baseUrl: 'http://10.0.0.1' })
    .where(eq(channels.id, made[1]?.id ?? ''));
  let running = 0;
  let most = 0;
  bench.answers.next = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return {
      ...{ ok: true, status: 200, firstByteMs: 1, durationMs: 2, answer: 'pong', error: null },
      ...{ lesson: 'success', complaint: null },
    };
  };
  const { items } = await testAllChannels(admin, { body: {} });
  expect(items.map(({ ok }) => ok)).toEqual([true, false, true, true, true]);
  expect(items[1]).toMatchObject({ channelId: made[1]?.id, status: null, error: expect.stringMatching(/./) });
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(4);
  const named = await testAllChannels(admin, { body: { channelIds: [made[5]?.id ?? ''] } });
  expect(named.items).toMatchObject([{ channelId: made[5]?.id, ok: true }]);
});

it('models of an upstream are asked for with a typed key, or the stored one at its own address only', async () => {
  const admin = await bench.as('admin');
  const made = await createChannel(admin, { body: body({ proxyUrl: null }) });
  const draft = { type: 'claude', baseUrl: made.baseUrl, channelId: made.id };
  const answer = await listUpstreamModels(admin, { body: draftChannel.parse(draft) });
  expect(answer).toEqual({ models: ['a', 'b'] });
  expect(bench.probed[0]?.target.secret.reveal()).toBe(CANARY);
  const elsewhere = draftChannel.parse({ ...draft, baseUrl: 'https://collector.example.org' });
  await expect(listUpstreamModels(admin, { body: elsewhere })).rejects.toMatchObject({ status: 400 });
  expect(bench.probed).toHaveLength(1);
});

it('HTTP/2 is off unless asked for; a copy keeps it, and tests and model lists go the way that traffic goes', async () => {
  const admin = await bench.as('admin');
  expect(await createChannel(admin, { body: body() })).toMatchObject({ http2: false });
  const made = await createChannel(admin, { body: body({ name: 'h2', http2: true }) });
  const params = { channelId: made.id };
  expect(made.http2).toBe(true);
  expect(await copyChannel(admin, { params, body: { name: 'copy' } })).toMatchObject({ http2: true });
  await testChannel(admin, { params, body: { model: 'fast' } });
  const draft = { type: 'claude', baseUrl: made.baseUrl, secret: 'typed', http2: true };
  await listUpstreamModels(admin, { body: draftChannel.parse(draft) });
  expect(bench.probed.map(({ target }) => target.http2)).toEqual([true, true]);
  const changed = await updateChannel(admin, { params, body: channelUpdate.parse({ http2: false }) });
  expect(changed.http2).toBe(false);
});

it('live numbers come from the roll-ups of the last 24 hours', async () => {
  const admin = await bench.as('admin');
  const { id: channelId } = await createChannel(admin, { body: body() });
  const histogram = (place: number, count: number) =>
    Array.from({ length: 13 }, (_, index) => (index === place ? count : 0));
  const at = (ms: number) => new Date(bench.clock.nowMs() - ms);
  const row = { userId: 'usr_1', keyId: 'key_1', channelId, model: 'm' };
  await bench.memory.db.insert(usageByHour).values([
    { ...row, bucket: at(1_000), outcome: 'ok', requests: 90, durationHistogram: histogram(2, 90) },
    {
      ...row,
      bucket: at(1_000),
      outcome: 'upstream_error',
      requests: 10,
      durationHistogram: histogram(5, 10),
    },
    { ...row, bucket: at(90_000_000), outcome: 'ok', requests: 500, durationHistogram: histogram(12, 500) },
  ]);
  const [channel] = (await listChannels(admin, {})).items;
  expect(channel?.live).toMatchObject({ requests24h: 100, errorRate24h: 0.1, p50Ms: 156, p95Ms: 1200 });
});

it('a channel without a usable key shows as disabled', async () => {
  const admin = await bench.as('admin');
  await createChannel(admin, { body: body() });
  await bench.memory.db.update(channelKeys).set({ status: 'rejected', statusReason: 'HTTP 401' });
  const [channel] = (await listChannels(admin, {})).items;
  expect(channel?.live).toMatchObject({ state: 'disabled', reason: 'HTTP 401' });
});
