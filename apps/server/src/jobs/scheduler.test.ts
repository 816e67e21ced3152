// Jobs: at once and then again, one run at a time, failures survived, ended in order.
import { silentLogger } from '@api-proxy/kit/logger';
import { expect, it } from 'vitest';
import { startJobs } from './scheduler.ts';

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
  const scheduler = startJobs([{ name: 'job', everyMs: 1, run }], silentLogger);
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
  const jobs = [
    { name: 'slow', everyMs: 1, run: slow },
    { name: 'tick', everyMs: 1, run: tick },
  ];
  const scheduler = startJobs(jobs, silentLogger);
  await tenTicks;
  const closing = scheduler.close();
  release();
  await closing;
  expect({ most, running }).toEqual({ most: 1, running: 0 });
});
