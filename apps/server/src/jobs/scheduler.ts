// Runs jobs at intervals, each never twice at a time; a failed run is logged and tried again at the next.
import type { Logger } from '@api-proxy/kit/logger';

export type Job = { name: string; everyMs: number; run: () => Promise<void> };

export type Scheduler = {
  /** No further runs; resolves when those under way have ended. */
  close(): Promise<void>;
};

/** Starts every job now and then at its interval. */
export function startJobs(jobs: readonly Job[], log: Logger): Scheduler {
  const running = new Map<string, Promise<void>>();
  const run = (job: Job) => {
    if (running.has(job.name)) return;
    const turn = job
      .run()
      .catch((thrown) => log.error({ err: thrown, job: job.name }, `job ${job.name} failed`))
      .finally(() => running.delete(job.name));
    running.set(job.name, turn);
  };
  const timers = jobs.map((job) => {
    run(job);
    return setInterval(() => run(job), job.everyMs).unref();
  });
  return {
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(running.values());
    },
  };
}
