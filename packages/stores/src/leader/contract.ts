// What every adapter of the election guarantees; each adapter's test runs it.
import { expect, it } from 'vitest';
import type { Election } from './port.ts';

/** Registers the suite; `open` gives an election in which nobody else runs. */
export function electionContract(open: () => Promise<Election>): void {
  it('whoever runs alone leads', async () => {
    const election = await open();
    await expect.poll(() => election.standing(), { timeout: 5_000 }).toBe('leader');
    await election.close();
  });

  it('whoever has resigned leads no more', async () => {
    const election = await open();
    await expect.poll(() => election.standing(), { timeout: 5_000 }).toBe('leader');
    await election.close();
    expect(election.standing()).toBe('follower');
  });
}
