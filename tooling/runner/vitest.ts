// Runs Vitest and counts its results from its JSON report.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandPlan, runNode } from './command.ts';
import type { StepResult } from './steps.ts';

/**
 * Runs the tests of one configuration.
 * @param args further arguments of `vitest run`
 */
export async function runVitest(plan: CommandPlan): Promise<StepResult> {
  const folder = mkdtempSync(join(tmpdir(), 'api-proxy-report-'));
  const report = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const args = [join('node_modules', 'vitest', 'vitest.mjs'), 'run', ...reporters, ...plan.args];
    const { ok, output } = await runNode({ ...plan, args, env: { ...plan.env, NO_COLOR: '1' } });
    const counts = countReport(readReport(report));
    // A run can fail without a failed test: a file that does not load, an error outside tests, no report at all.
    const failed = ok ? counts.failed : Math.max(1, counts.failed);
    return { ...counts, failed, output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
}

/** Tests that passed, failed and were left out; a file that does not load is one failure. */
export function countReport(report: unknown): { passed: number; failed: number; skipped: number } {
  if (!isReport(report)) return { passed: 0, failed: 1, skipped: 0 };
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function isReport(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && 'numPassedTests' in value && 'testResults' in value;
}

function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // No report: the runner died before its end, which counts as a failure.
    return undefined;
  }
}
