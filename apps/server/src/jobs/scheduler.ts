// Runs jobs at intervals, each never twice at a time; a failed run is logged and tried again at the next.
import { SECOND_MS } from '@api-proxy/kit/duration';
import type { Logger } from '@api-proxy/kit/logger';
import type { Standing } from '@api-proxy/stores/leader/port';

/** A new leader notices within this time what is due. */
const LOOK_EVERY_MS = 5 * SECOND_MS;

export type Job = {
  name: string;
  everyMs: number;
  /**
   * Who runs it: every worker; the leader, or every worker while nobody can be known to lead (for work that does no
   * harm twice); or the leader alone.
   */
  by: 'everyone' | 'leader_if_known' | 'leader';
  run: () => Promise<void>;
};

export type Scheduler = {
  /** No further runs; resolves when those under way have ended. */
  close(): Promise<void>;
};

export type SchedulerOptions = { standing: () => Standing; log: Logger };

/** Starts every job now and then at its interval, where it is this worker's to run. */
export function startJobs(jobs: readonly Job[], { standing, log }: SchedulerOptions): Scheduler {
  const running = new Map<string, Promise<void>>();
  const startedMs = new Map<string, number>();
  const run = (job: Job) => {
    if (running.has(job.name) || !isOurs(job, standing())) return;
    const nowMs = performance.now();
    // A turn of the timer may come a moment early.
    if (nowMs - (startedMs.get(job.name) ?? -Infinity) < job.everyMs - turnMs(job) / 2) return;
    startedMs.set(job.name, nowMs);
    const turn = job
      .run()
      .catch((thrown) => log.error({ err: thrown, job: job.name }, `job ${job.name} failed`))
      .finally(() => running.delete(job.name));
    running.set(job.name, turn);
  };
  const timers = jobs.map((job) => {
    run(job);
    return setInterval(() => run(job), turnMs(job)).unref();
  });
  return {
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(running.values());
    },
  };
}

/** Who leads changes between two runs, so what only some run is looked at more often. */
function turnMs({ by, everyMs }: Job): number {
  return by === 'everyone' ? everyMs : Math.min(everyMs, LOOK_EVERY_MS);
}

function isOurs({ by }: Job, standing: Standing): boolean {
  if (by === 'everyone') return true;
  return standing === 'leader' || (by === 'leader_if_known' && standing === 'unknown');
}
