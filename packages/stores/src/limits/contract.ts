// What every adapter of the limit store guarantees; each adapter's test runs it.
import { expect, it } from 'vitest';
import type { LimitStore } from './port.ts';

const START_MS = 1_750_000_000_000;
const MINUTE_MS = 60_000;

/** Registers the suite; `open` gives a store without state. */
export function limitStoreContract(open: () => Promise<LimitStore>): void {
  const rpm = (max: number, amount = 1) => ({ key: 'rpm:key_1', max, amount });

  it('admits exactly the limit of parallel requests', async () => {
    const store = await open();
    const verdicts = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) =>
        store.takeAll({ holder: `req_${index}`, windows: [rpm(100)], slots: [], nowMs: START_MS }),
      ),
    );
    expect(verdicts.filter(({ ok }) => ok)).toHaveLength(100);
    await store.close();
  });

  it('frees the window a minute after the taking and says how long that is', async () => {
    const store = await open();
    await store.takeAll({ holder: 'req_1', windows: [rpm(1)], slots: [], nowMs: START_MS });
    const denied = await store.takeAll({
      holder: 'req_2',
      windows: [rpm(1)],
      slots: [],
      nowMs: START_MS + 20_000,
    });
    if (denied.ok) throw new Error('the second request was admitted');
    expect(denied.retryAfterMs).toBeGreaterThan(0);
    expect(denied.retryAfterMs).toBeLessThanOrEqual(40_000);
    const later = START_MS + 20_000 + denied.retryAfterMs;
    expect((await store.takeAll({ holder: 'req_3', windows: [rpm(1)], slots: [], nowMs: later })).ok).toBe(
      true,
    );
    await store.close();
  });

  it('a denied request consumes nothing of its other limits', async () => {
    const store = await open();
    const full = { key: 'conc:key_1', max: 1 };
    await store.takeAll({ holder: 'req_1', windows: [], slots: [full], nowMs: START_MS });
    const denied = await store.takeAll({
      holder: 'req_2',
      windows: [rpm(1)],
      slots: [full],
      nowMs: START_MS,
    });
    expect(denied).toMatchObject({ ok: false, key: 'conc:key_1', max: 1 });
    expect((await store.takeAll({ holder: 'req_3', windows: [rpm(1)], slots: [], nowMs: START_MS })).ok).toBe(
      true,
    );
    await store.close();
  });

  it('a slot is given back once, however often it is released', async () => {
    const store = await open();
    const slot = { key: 'conc:usr_1', max: 2 };
    for (const holder of ['req_1', 'req_2'])
      await store.takeAll({ holder, windows: [], slots: [slot], nowMs: START_MS });
    for (let times = 0; times < 3; times++) {
      store.release({ holder: 'req_1', slots: [slot.key], windows: [], nowMs: START_MS });
    }
    await expect.poll(() => store.inUse(slot.key, START_MS)).toBe(1);
    expect((await store.takeAll({ holder: 'req_3', windows: [], slots: [slot], nowMs: START_MS })).ok).toBe(
      true,
    );
    expect((await store.takeAll({ holder: 'req_4', windows: [], slots: [slot], nowMs: START_MS })).ok).toBe(
      false,
    );
    await store.close();
  });

  it('corrects an estimate of tokens to what was used, inside the same minute', async () => {
    const store = await open();
    const tpm = (amount: number) => ({ key: 'tpm:key_1', max: 1_000, amount });
    await store.takeAll({ holder: 'req_1', windows: [tpm(900)], slots: [], nowMs: START_MS });
    expect(
      (await store.takeAll({ holder: 'req_2', windows: [tpm(500)], slots: [], nowMs: START_MS })).ok,
    ).toBe(false);
    const correction = { key: 'tpm:key_1', delta: -800, takenAtMs: START_MS };
    store.release({ holder: 'req_1', slots: [], windows: [correction], nowMs: START_MS + 5_000 });
    await expect
      .poll(
        async () =>
          (await store.takeAll({ holder: 'req_3', windows: [tpm(900)], slots: [], nowMs: START_MS + 5_000 }))
            .ok,
      )
      .toBe(true);
    await store.close();
  });

  it('a request that is given back whole leaves its windows as they were, those beside it untouched', async () => {
    const store = await open();
    const tpm = { key: 'tpm:key_1', max: 1_000, amount: 600 };
    const take = (holder: string, nowMs: number) =>
      store.takeAll({ holder, windows: [rpm(2), tpm], slots: [], nowMs });
    const other = { holder: 'req_0', windows: [rpm(2)], slots: [], nowMs: START_MS };
    await store.takeAll(other);
    expect((await take('req_1', START_MS)).ok).toBe(true);
    expect((await take('req_2', START_MS + 3_000)).ok).toBe(false);
    const windows = [
      { key: 'rpm:key_1', delta: -1, takenAtMs: START_MS },
      { key: tpm.key, delta: -tpm.amount, takenAtMs: START_MS },
    ];
    store.release({ holder: 'req_1', slots: [], windows, nowMs: START_MS + 3_000 });
    await expect.poll(async () => (await take('req_3', START_MS + 3_000)).ok).toBe(true);
    expect((await take('req_4', START_MS + 3_000)).ok).toBe(false);
    await store.close();
  });

  it('a request larger than the whole limit passes an empty window only', async () => {
    const store = await open();
    const tpm = { key: 'tpm:key_1', max: 1_000, amount: 5_000 };
    expect((await store.takeAll({ holder: 'req_1', windows: [tpm], slots: [], nowMs: START_MS })).ok).toBe(
      true,
    );
    expect((await store.takeAll({ holder: 'req_2', windows: [tpm], slots: [], nowMs: START_MS })).ok).toBe(
      false,
    );
    const next = START_MS + MINUTE_MS;
    expect((await store.takeAll({ holder: 'req_3', windows: [tpm], slots: [], nowMs: next })).ok).toBe(true);
    await store.close();
  });

  it('tells what is left and when the window is empty again', async () => {
    const store = await open();
    const verdict = await store.takeAll({
      holder: 'req_1',
      windows: [rpm(10, 3)],
      slots: [],
      nowMs: START_MS,
    });
    if (!verdict.ok) throw new Error('the first request was denied');
    expect(verdict.windows).toMatchObject([{ key: 'rpm:key_1', max: 10, remaining: 7 }]);
    expect(verdict.windows[0]?.resetMs).toBeGreaterThan(MINUTE_MS - 1_001);
    expect(verdict.windows[0]?.resetMs).toBeLessThanOrEqual(MINUTE_MS);
    await store.close();
  });
}
