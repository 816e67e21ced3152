// Promise: of three workers the leader alone checks channels, once; traffic's word about a key holds for all of them.

import { channelCreate } from '@api-proxy/contracts/channels';
import { createProber } from '@api-proxy/gateway/probe';
import { MemoryChannelHealth } from '@api-proxy/gateway/routing/health';
import { MemoryChannelSlots } from '@api-proxy/gateway/routing/slots';
import { DEFAULT_RELAY_SETTINGS } from '@api-proxy/gateway/snapshot';
import { systemClock } from '@api-proxy/kit/clock';
import { silentLogger } from '@api-proxy/kit/logger';
import { createChannel } from '@api-proxy/services/channel/create-channel';
import { getChannel } from '@api-proxy/services/channel/get-channel';
import { type Context, systemContext } from '@api-proxy/services/context';
import { openTestBench, type TestBench } from '@api-proxy/services/testing/bench';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { channelLive } from '../adapters/channel-live.ts';
import { channelProbe } from '../adapters/channel-probe.ts';
import { keyComplaints } from '../adapters/key-complaints.ts';
import { snapshotRows } from '../adapters/snapshot-rows.ts';
import { SnapshotKeeper } from '../snapshot.ts';
import { channelChecks } from './channel-checks.ts';
import { startJobs } from './scheduler.ts';

const GOOD = 'sk-upstream-good-0123456789';
const prober = createProber(systemClock);
let bench: TestBench;
let fake: FakeUpstream;

beforeAll(async () => {
  bench = await openTestBench();
  fake = await startFakeUpstream({ apiKeys: [GOOD] });
}, 60_000);
beforeEach(async () => {
  await bench.reset();
  fake.reset();
});
afterAll(async () => {
  await prober.close();
  await fake.close();
  await bench.close();
});

/** One worker: its own health and snapshot on the common database. */
async function worker() {
  const { db } = bench.memory;
  const { clock, vault } = bench.ports;
  const reader = snapshotRows({ db, open: vault.open, clock, log: silentLogger });
  const snapshots = await SnapshotKeeper.open({ reader, log: silentLogger });
  const health = new MemoryChannelHealth(() => DEFAULT_RELAY_SETTINGS.cooldown);
  const live = channelLive({ health, slots: new MemoryChannelSlots(), snapshots, clock });
  const ports = { ...bench.ports, channelProbe: channelProbe(prober), channelLive: live };
  const context: Context = systemContext(ports);
  return { context, health, snapshots, complaints: keyComplaints(context, silentLogger) };
}

async function add(secret: string) {
  const admin = await bench.as('admin');
  const ports = { ...bench.ports.outbound, allowLoopback: true };
  const body = channelCreate.parse({
    ...{ name: 'main', type: 'openai', baseUrl: fake.url, keys: [{ secret }] },
    ...{ healthModel: 'fake-model', healthIntervalS: 60 },
  });
  const made = await createChannel({ ...admin, outbound: ports }, { body });
  const key = async () => (await getChannel(admin, { params: { channelId: made.id } })).keys[0];
  return { made, key, keyId: made.keys[0]?.id ?? '' };
}

it('three workers run a due check once', async () => {
  await add(GOOD);
  for (const standing of ['follower', 'leader', 'follower', 'unknown'] as const) {
    const { context, snapshots } = await worker();
    await startJobs([channelChecks(context)], { standing: () => standing, log: silentLogger }).close();
    snapshots.close();
  }
  expect(fake.witness.recent()).toHaveLength(1);
});

it('a key that one worker sees refused is skipped by all, and used by all once a check finds it working', async () => {
  const { key, keyId, made } = await add(GOOD);
  const [first, second] = [await worker(), await worker()];
  const usable = async () => {
    const seen = [];
    for (const { snapshots } of [first, second]) {
      await snapshots.refresh();
      seen.push(snapshots.current().channels[0]?.keys[0]?.enabled);
    }
    return seen;
  };
  const [inUse] = first.snapshots.current().channels;
  const secret = inUse?.keys[0]?.secret;
  if (!secret) throw new Error('the snapshot has no key');
  // As many requests at once as there may be.
  for (let count = 0; count < 50; count++)
    first.complaints.complain({
      channelId: made.id,
      channelKeyId: keyId,
      secret,
      kind: 'rejected',
      status: 401,
    });
  await first.complaints.close();
  expect(await usable()).toEqual([false, false]);
  expect(bench.told).toHaveLength(1);

  bench.clock.advance(120_000);
  await channelChecks(second.context).run();
  expect(await key()).toMatchObject({ status: 'active', complaint: null });
  expect(await usable()).toEqual([true, true]);
  for (const { snapshots } of [first, second]) snapshots.close();
});

it('a check that is refused takes the key out of use', async () => {
  const { key } = await add('sk-upstream-wrong-0123456789');
  const { context, snapshots } = await worker();
  await channelChecks(context).run();
  expect(await key()).toMatchObject({ status: 'rejected', complaint: { kind: 'key_rejected', status: 401 } });
  snapshots.close();
});

it('a used-up quota is written once while it lasts, and over with the next answer', async () => {
  const { key, keyId, made } = await add(GOOD);
  const { context, complaints, snapshots } = await worker();
  const secret = context.vault.open((await stored()).encryptedSecret);
  const complaint = {
    channelId: made.id,
    channelKeyId: keyId,
    secret,
    kind: 'exhausted',
    status: 402,
  } as const;
  for (let count = 0; count < 5; count++) complaints.complain(complaint);
  await complaints.close();
  expect(await key()).toMatchObject({
    status: 'active',
    complaint: { kind: 'quota_exhausted', status: 402 },
  });
  expect(bench.told).toHaveLength(1);
  complaints.answered(keyId);
  await complaints.close();
  expect((await key())?.complaint).toBeNull();
  snapshots.close();
});

async function stored() {
  const row = await bench.memory.db.query.channelKeys.findFirst();
  if (!row) throw new Error('no key is stored');
  return row;
}
