// Balance that one worker holds and does not use is spendable at another at once.
import { silentLogger } from '@api-proxy/kit/logger';
import { type TestDatabase, testPlaces } from '@api-proxy/ledger/testing/databases';
import { admitted, ask, createWorkers, release } from '@api-proxy/ledger/testing/ledgers';
import { giveBudget } from '@api-proxy/ledger/testing/rows';
import { memoryBus } from '@api-proxy/stores/bus/memory';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaseRecall } from './lease-recall.ts';

describe.each(testPlaces(process.env.TEST_DATABASE_URL))('recall on $name', (place) => {
  const workers = createWorkers();
  let opened: TestDatabase;

  beforeAll(async () => {
    opened = await place.open();
  }, 60_000);
  afterAll(async () => {
    await workers.closeAll();
    await opened.close();
  });

  it('asks the others before a denial, and denies only what nobody can give', async () => {
    const bus = memoryBus({ logger: silentLogger });
    const start = (workerId: string) => {
      const recall = leaseRecall({ bus, workerId, instances: () => 2, isShared: () => true });
      const purse = { tendMs: 0, recall: recall.recall };
      const ledger = workers.start(opened.db, { workerId, purse });
      recall.answerWith(ledger.purse.returnIdle);
      return ledger;
    };
    await giveBudget(opened.db, { limit: 1_000n });
    const [one, other] = [start('wrk_a'), start('wrk_b')];
    const whole = await ask(one, 1_000n);
    expect(admitted([whole])).toBe(1);
    const startedMs = performance.now();
    expect(admitted([await ask(other, 600n)])).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    release(whole);
    // A refusal is believed for a moment.
    await expect.poll(async () => admitted([await ask(other, 600n)]), { timeout: 3_000 }).toBe(1);
    expect(admitted([await ask(one, 600n)])).toBe(0);
  });
});

it('alone, or when nobody can be reached, no denial waits', async () => {
  const bus = memoryBus({ logger: silentLogger });
  const wait = async (instances: number, isShared: boolean) => {
    const startedMs = performance.now();
    await leaseRecall({
      bus,
      workerId: 'wrk_a',
      instances: () => instances,
      isShared: () => isShared,
    }).recall(['bdg_1']);
    return performance.now() - startedMs;
  };
  expect(await wait(1, true)).toBeLessThan(50);
  expect(await wait(3, false)).toBeLessThan(50);
  const bounded = await wait(3, true);
  expect(bounded).toBeGreaterThan(100);
  expect(bounded).toBeLessThan(1_000);
});
