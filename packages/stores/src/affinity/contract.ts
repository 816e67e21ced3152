// What every adapter of the bindings guarantees; each adapter's test runs it.
import { expect, it } from 'vitest';
import type { Affinity } from './port.ts';

/** `elapse` lets time go by for the bindings. */
export type OpenedAffinity = { affinity: Affinity; elapse(ms: number): Promise<void> };

const A = { channelId: 'chn_a', channelKeyId: 'chk_a' };
const B = { channelId: 'chn_b', channelKeyId: 'chk_b' };
const LONG_MS = 600_000;

/** Registers the suite; `open` gives bindings of which none is made. */
export function affinityContract(open: () => Promise<OpenedAffinity>): void {
  it('remembers what was bound, by its name only', async () => {
    const { affinity } = await open();
    affinity.bind('one', A, LONG_MS);
    affinity.bind('two', B, LONG_MS);
    expect([await affinity.get('one'), await affinity.get('two'), await affinity.get('three')]).toEqual([
      A,
      B,
      null,
    ]);
    await affinity.close();
  });

  it('the last move holds', async () => {
    const { affinity } = await open();
    for (const binding of [A, B, A, B]) affinity.bind('one', binding, LONG_MS);
    expect(await affinity.get('one')).toEqual(B);
    await affinity.close();
  });

  it('forgets what was not used for its time, and not what was', async () => {
    const { affinity, elapse } = await open();
    affinity.bind('used', A, 400);
    affinity.bind('left', A, 400);
    await elapse(300);
    affinity.bind('used', A, 400);
    await elapse(300);
    expect([await affinity.get('used'), await affinity.get('left')]).toEqual([A, null]);
    await affinity.close();
  });
}
