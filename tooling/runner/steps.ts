// The steps of `verify` and `test`: run side by side where they may, then shown as one table with a last line to count on.

export interface StepResult {
  passed: number;
  failed: number;
  skipped: number;
  /** Shown when something failed, and always when `notice` is set. */
  output: string;
  notice?: boolean;
}

export interface Step {
  name: string;
  run: () => Promise<StepResult>;
}

export interface FinishedStep extends StepResult {
  name: string;
  ms: number;
}

/**
 * Runs groups one after the other; the steps of a group side by side. A step that throws counts as one failure.
 * @param onEnd called as each step ends, in order of ending
 */
export async function runSteps(
  groups: Step[][],
  onEnd: (step: FinishedStep) => void,
): Promise<FinishedStep[]> {
  const finished: FinishedStep[] = [];
  for (const group of groups) {
    const results = group.map(async (step) => {
      const result = await runStep(step);
      onEnd(result);
      return result;
    });
    finished.push(...(await Promise.all(results)));
  }
  return finished;
}

async function runStep({ name, run }: Step): Promise<FinishedStep> {
  const startedMs = performance.now();
  const took = (): number => performance.now() - startedMs;
  try {
    const result = await run();
    return { ...result, name, ms: took() };
  } catch (error) {
    const output = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { passed: 0, failed: 1, skipped: 0, output, name, ms: took() };
  }
}

/** A check that passes or fails as a whole. */
export function verdict(ok: boolean, output: string, notice = false): StepResult {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, output, notice };
}

/** The table of steps, what was left out, and the line `N passed, N failed[, N skipped]` at the end. */
export function summary(steps: FinishedStep[], missing: { part: string; reason: string }[]): string {
  const total = (field: 'passed' | 'failed' | 'skipped'): number =>
    steps.reduce((sum, step) => sum + step[field], 0);
  const width = Math.max(...steps.map((step) => step.name.length));
  const rows = steps.map((step) => {
    const counts = [`${step.passed} passed`];
    if (step.failed) counts.push(`${step.failed} failed`);
    if (step.skipped) counts.push(`${step.skipped} skipped`);
    const seconds = `${(step.ms / 1000).toFixed(1)} s`.padStart(8);
    return `${step.failed ? '✗' : '✓'} ${step.name.padEnd(width)} ${seconds}  ${counts.join(', ')}`;
  });
  const left = missing.map(({ part, reason }) => `- left out: ${part} (${reason})`);
  const skipped = total('skipped') ? `, ${total('skipped')} skipped` : '';
  return ['', ...rows, ...left, '', `${total('passed')} passed, ${total('failed')} failed${skipped}`].join(
    '\n',
  );
}
