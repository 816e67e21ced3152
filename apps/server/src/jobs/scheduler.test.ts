// Jobs: at once and then again, one run at a time, failures survived, ended in order.
import { silentLogger } from '@api-proxy/kit/logger';
import { expect, it } from 'vitest';
import { type Job, startJobs } from './scheduler.ts';

const alone = { standing: () => 'leader' as const, log: silentLogger };

it('goes on after a failed run', async () => {
  let runs = 0;
  let done = () => {};
  const thrice = new Promise<void>((resolve) => {
    done = resolve;
  });
  const run = async () => {
    runs += 1;
    if (runs === 3) done();
    throw new Error('failed');
  };
  const scheduler = startJobs([{ name: 'job', everyMs: 1, by: 'everyone', run }], alone);
  await thrice;
  await scheduler.close();
});

it('does not start a job again while it runs, and waits for it at the end', async () => {
  let running = 0;
  let most = 0;
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let ticks = 0;
  let ticked = () => {};
  const tenTicks = new Promise<void>((resolve) => {
    ticked = resolve;
  });
  const slow = async () => {
    running += 1;
    most = Math.max(most, running);
    await gate;
    running -= 1;
  };
  const tick = async () => {
    ticks += 1;
    if (ticks === 10) ticked();
  };
  const jobs: Job[] = [
    { name: 'slow', everyMs: 1, by: 'everyone', run: slow },
    { name: 'tick', everyMs: 1, by: 'everyone', run: tick },
  ];
  const scheduler = startJobs(jobs, alone);
  await tenTicks;
  const closing = scheduler.close();
  release();
  await closing;
  expect({ most, running }).toEqual({ most: 1, running: 0 });
});

it("leaves to the leader what is the leader's, and to nobody what must not run twice while none is known", async () => {
  const ran = { follower: new Set<string>(), unknown: new Set<string>(), leader: new Set<string>() };
  for (const standing of ['follower', 'unknown', 'leader'] as const) {
    const job = (by: Job['by']): Job => ({
      ...{ name: by, everyMs: 1_000, by },
      run: async () => void ran[standing].add(by),
    });
    const jobs = [job('everyone'), job('leader_if_known'), job('leader')];
    await startJobs(jobs, { standing: () => standing, log: silentLogger }).close();
  }
  expect(ran.follower).toEqual(new Set(['everyone']));
  expect(ran.unknown).toEqual(new Set(['everyone', 'leader_if_known']));
  expect(ran.leader).toEqual(new Set(['everyone', 'leader_if_known', 'leader']));
});

it('a worker that begins to lead soon runs what is due, once', async () => {
  let standing: 'leader' | 'follower' = 'follower';
  let runs = 0;
  const job: Job = {
    ...{ name: 'job', everyMs: 40, by: 'leader' },
    run: async () => {
      runs += 1;
    },
  };
  const scheduler = startJobs([job], { standing: () => standing, log: silentLogger });
  expect(runs).toBe(0);
  standing = 'leader';
  await expect.poll(() => runs).toBeGreaterThan(0);
  await scheduler.close();
});
