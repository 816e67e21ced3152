// `bun run bench`: measures the relay beside its floors on this machine, prints the table and keeps it.
import process from 'node:process';
import { machineFacts } from './measure/machine.ts';
import { startPinning } from './measure/pinning.ts';
import { canMeasure } from './measure/process-figures.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { startProfiles } from './profiles.ts';
import { figuresOf } from './report/figures.ts';
import { markdownReport, type ReportParts } from './report/markdown.ts';
import { saveReport } from './report/save.ts';
import { runSession } from './session.ts';

/** A cell of one round, and its share of the warm-up; several times as long in the full run. */
const LONGEST_CELL_MS = { quick: 6_000, full: 15_000 };
const LONGEST_START_MS = 10 * 60_000;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (!canMeasure()) throw new Error('the bench needs the CPU accounting of Linux (/proc/self/schedstat)');
  const parts = await measure(options);
  process.stdout.write(markdownReport(parts));
  if (options.save) process.stderr.write(`kept in bench/results: ${saveReport(parts).join(', ')}\n`);
  return parts.figures.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

async function measure(options: Options): Promise<ReportParts> {
  const pinning = startPinning();
  const machine = machineFacts(
    pinning.missing ? `not pinned: ${pinning.missing}` : 'relay on core 0, the rest on core 1',
  );
  const profiles = options.profile ? startProfiles() : undefined;
  const say = (text: string): void => void process.stderr.write(`· ${text}\n`);
  const outcome = await runSession({
    ...{ options, pinning, say },
    env: profiles?.env ?? {},
    signal: interruption(options),
  });
  if (profiles) process.stderr.write(`\n${profiles.summary(outcome.window)}\n`);
  const date = new Date().toISOString().slice(0, 10);
  const { rounds, full, restMinutes, workloads } = options;
  return { date, machine, rounds, full, restMinutes, workloads, figures: figuresOf(outcome.cells), outcome };
}

/** Aborts on a signal and when the run takes far too long, so that everything started is ended. */
function interruption({ full, rounds, soakMinutes, restMinutes, targets, workloads }: Options): AbortSignal {
  const soakMs = workloads.some(({ soak }) => soak) ? soakMinutes * 60_000 * targets.length : 0;
  const cells = workloads.length * targets.length * (rounds + 1);
  const lastingMs = soakMs + restMinutes * 60_000;
  const longestMs = LONGEST_START_MS + cells * LONGEST_CELL_MS[full ? 'full' : 'quick'] + lastingMs;
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => controller.abort(new Error(`interrupted by ${name}`)));
  }
  return AbortSignal.any([controller.signal, AbortSignal.timeout(longestMs)]);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
