// What every adapter of the cooldowns guarantees; each adapter's test runs it.
import { expect, it } from 'vitest';
import type { Cooldowns } from './port.ts';

/** Registers the suite; `open` gives cooldowns without a state. */
export function cooldownsContract(open: () => Promise<Cooldowns>): void {
  const soonMs = () => Date.now() + 60_000;

  it('gives every state back until its own end', async () => {
    const cooldowns = await open();
    const endMs = soonMs();
    cooldowns.save('chk_1', 'short', endMs);
    cooldowns.save('chk_2', 'long, with spaces', endMs + 5_000);
    cooldowns.save('chk_2', 'long, with more spaces', endMs + 5_000);
    const names = async (nowMs: number) => [...(await cooldowns.all(nowMs))].toSorted();
    await expect
      .poll(() => names(endMs - 1))
      .toEqual([
        ['chk_1', 'short'],
        ['chk_2', 'long, with more spaces'],
      ]);
    expect(await names(endMs)).toEqual([['chk_2', 'long, with more spaces']]);
  });

  it('a dropped state is gone', async () => {
    const cooldowns = await open();
    cooldowns.save('chk_1', 'one', soonMs());
    cooldowns.save('chk_2', 'two', soonMs());
    cooldowns.drop(['chk_1', 'chk_3']);
    await expect.poll(async () => [...(await cooldowns.all(Date.now())).keys()]).toEqual(['chk_2']);
  });

  it('one probe at a time, and another when it has ended', async () => {
    const cooldowns = await open();
    const claims = await Promise.all([1, 2, 3].map(() => cooldowns.claimProbe('chk_1', 60_000)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await cooldowns.claimProbe('chk_2', 60_000)).toBe(true);
    cooldowns.endProbe('chk_1');
    await expect.poll(() => cooldowns.claimProbe('chk_1', 60_000)).toBe(true);
  });

  it('a probe that is renewed lasts on', async () => {
    const cooldowns = await open();
    expect(await cooldowns.claimProbe('chk_1', 100)).toBe(true);
    const claimedMs = Date.now();
    cooldowns.renewProbe('chk_1', 60_000);
    // The script that renews may have to be sent first.
    await expect.poll(() => Date.now(), { interval: 10 }).toBeGreaterThan(claimedMs + 110);
    expect(await cooldowns.claimProbe('chk_1', 60_000)).toBe(false);
  });
}
