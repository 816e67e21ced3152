// A setting that is saved through the control API is in force in every worker's snapshot and ledger.
import { initialSettings } from '@api-proxy/contracts/settings';
import { settings } from '@api-proxy/db/schema/settings';
import { DEFAULT_PATIENCE, DEFAULT_RELAY_SETTINGS, patienceOf } from '@api-proxy/gateway/snapshot';
import { silentLogger } from '@api-proxy/kit/logger';
import { updateSettings } from '@api-proxy/services/settings/update-settings';
import { openTestBench, type TestBench } from '@api-proxy/services/testing/bench';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { snapshotRows } from './adapters/snapshot-rows.ts';
import { SnapshotKeeper } from './snapshot.ts';

let bench: TestBench;
let keeper: SnapshotKeeper;
beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(async () => {
  await bench.reset();
  const { ports, clock } = bench;
  const reader = snapshotRows({ db: ports.db, open: ports.vault.open, clock, log: silentLogger });
  keeper?.close();
  keeper = await SnapshotKeeper.open({ reader, log: silentLogger, checkEveryMs: 3_600_000 });
});
afterAll(async () => {
  keeper.close();
  await bench.close();
});

it('what nobody has changed is what the relay has built in', () => {
  const { failuresToOpen } = initialSettings;
  const { cooldown } = DEFAULT_RELAY_SETTINGS;
  expect(keeper.current()).toMatchObject({
    settings: { ...DEFAULT_RELAY_SETTINGS, cooldown: { ...cooldown, failuresToOpen } },
    timeZone: 'UTC',
  });
  expect(patienceOf(keeper.current())).toEqual(DEFAULT_PATIENCE);
});

it('a change is in the snapshot as soon as its notice is heard, in the units of the relay', async () => {
  const admin = await bench.as('admin');
  await updateSettings(admin, {
    body: {
      maintenanceOn: true,
      maintenanceMessage: 'Back at noon.',
      rechargeMessage: 'Ask finance.',
      unpricedPolicy: 'free',
      truncatedPolicy: 'charge',
      maxAttempts: 7,
      attemptsSeconds: 90,
      channelQueueSeconds: 3,
      placeQueueSeconds: 2,
      keepAliveSeconds: 20,
      drainSeconds: 30,
      affinityMinutes: 5,
      repairsThinking: false,
      defaultMaxOutputTokens: 999,
      cooldownMinSeconds: 2,
      cooldownMaxSeconds: 120,
      failuresToOpen: 9,
      timeZone: 'Asia/Shanghai',
    },
  });
  keeper.announce(Number(Object(bench.notices[0]?.payload).version));
  await keeper.refresh();
  expect(keeper.current()).toMatchObject({
    timeZone: 'Asia/Shanghai',
    settings: {
      maintenance: { on: true, message: 'Back at noon.' },
      rechargeMessage: 'Ask finance.',
      unpricedPolicy: 'free',
      truncatedPolicy: 'charge',
      maxAttempts: 7,
      defaultMaxOutputTokens: 999,
      cooldown: { minMs: 2_000, maxMs: 120_000, failuresToOpen: 9 },
    },
    patience: {
      attemptsMs: 90_000,
      channelQueueMs: 3_000,
      placeQueueMs: 2_000,
      keepAliveMs: 20_000,
      drainMs: 30_000,
      affinityMs: 300_000,
      repairsThinking: false,
    },
  });
});

it('a damaged row does not keep the rest from being read', async () => {
  await bench.memory.db.insert(settings).values([
    { name: 'timeZone', value: 'Mars/Olympus' },
    { name: 'maxAttempts', value: 4 },
  ]);
  const admin = await bench.as('admin');
  await updateSettings(admin, { body: { failuresToOpen: 2 } });
  await keeper.refresh();
  expect(keeper.current()).toMatchObject({ timeZone: 'UTC', settings: { maxAttempts: 4 } });
});
