// Makers of stored responses survive a restart, are written behind, and cost the database nothing while they are at hand.
import { systemClock } from '@api-proxy/kit/clock';
import { silentLogger } from '@api-proxy/kit/logger';
import { type TestDatabase, testPlaces } from '@api-proxy/ledger/testing/databases';
import { memoryAffinity } from '@api-proxy/stores/affinity/memory';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropExpiredMakers, responseMakers } from './response-makers.ts';

const A = { channelId: 'chn_a', channelKeyId: 'chk_a' };
const MONTH_MS = 30 * 86_400_000;

describe.each(testPlaces(process.env.TEST_DATABASE_URL))('makers on $name', (place) => {
  let opened: TestDatabase;
  const start = () =>
    responseMakers({
      atHand: memoryAffinity({ nowMs: Date.now }),
      db: opened.db,
      clock: systemClock,
      log: silentLogger,
    });

  beforeAll(async () => {
    opened = await place.open();
  }, 60_000);
  afterAll(() => opened.close());

  it('a maker is known at once, without the database, and after a restart', async () => {
    const before = start();
    before.bind('kept', A, MONTH_MS);
    expect(before.get('kept')).toEqual(A);
    await before.close();
    const after = start();
    expect(await after.get('kept')).toEqual(A);
    expect(after.get('kept')).toEqual(A);
    expect(await after.get('unknown')).toBeNull();
    await after.close();
  });

  it('a thousand are written together, each once', async () => {
    const makers = start();
    for (let count = 0; count < 1_000; count++) makers.bind(`many_${count}`, A, MONTH_MS);
    makers.bind('many_0', A, MONTH_MS);
    await makers.close();
    const after = start();
    expect(await Promise.all([0, 999].map((at) => after.get(`many_${at}`)))).toEqual([A, A]);
    await after.close();
  });

  it('one whose time is over is unknown, and dropped', async () => {
    const makers = start();
    makers.bind('over', A, -1);
    await makers.close();
    const after = start();
    expect(await after.get('over')).toBeNull();
    expect(await dropExpiredMakers(opened.db)).toBe(1);
    expect(await dropExpiredMakers(opened.db)).toBe(0);
    await after.close();
  });
});
