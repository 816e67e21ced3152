// Loaded into the measured Node processes: at each SIGUSR2 it writes how late the event loop was, and begins anew.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';

const RESOLUTION_MS = 10;
const NANOS = 1_000_000;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
const file = `${process.env.BENCH_LOOP_DELAY_DIR}/${process.pid}.json`;
let dumps = 0;

function dump(): void {
  // Node counts the time between two ticks of its timer, so the timer's own period is no delay.
  const late = (nanos: number): number => Math.max(0, nanos / NANOS - RESOLUTION_MS);
  const p99 = delay.count > 0 ? late(delay.percentile(99)) : 0;
  const max = delay.count > 0 ? late(delay.max) : 0;
  writeFileSync(file, JSON.stringify({ dumps: ++dumps, p99, max }));
  delay.reset();
}

// The embedded database is no relay process.
if (!process.argv[1]?.includes('embedded-database')) {
  delay.enable();
  dump();
  process.on('SIGUSR2', dump);
}
