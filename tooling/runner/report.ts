// Runs groups of steps for a person: shows each step as it ends, the summary at the end, and gives the exit code.
import process from 'node:process';
import { type FinishedStep, runSteps, type Step, summary } from './steps.ts';

/** Runs and prints; the result is the exit code, 1 when anything failed. */
export async function runAndReport(
  groups: Step[][],
  missing: { part: string; reason: string }[] = [],
): Promise<number> {
  const show = (step: FinishedStep): void => {
    const seconds = (step.ms / 1000).toFixed(1);
    process.stdout.write(`${step.failed ? '✗' : '✓'} ${step.name} (${seconds} s)\n`);
    if ((step.failed || step.notice) && step.output) process.stdout.write(`${step.output.trimEnd()}\n\n`);
  };
  const steps = await runSteps(groups, show);
  process.stdout.write(`${summary(steps, missing)}\n`);
  return steps.some((step) => step.failed > 0) ? 1 : 0;
}

/** A signal that aborts on Ctrl-C and SIGTERM, so that everything started is ended. */
export function interruption(): AbortController {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => controller.abort(new Error(`interrupted by ${name}`)));
  }
  return controller;
}
