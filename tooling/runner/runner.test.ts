// Counting: nothing that failed may end up as passed.
import { describe, expect, it } from 'vitest';
import { runNode } from './command.ts';
import { runSteps, summary, verdict } from './steps.ts';
import { countReport } from './vitest.ts';

const pass = { name: 'good', run: async () => verdict(true, '') };

describe('steps', () => {
  it('a step that throws is one failure and the others still run', async () => {
    const thrower = { name: 'bad', run: () => Promise.reject(new Error('broken')) };
    const steps = await runSteps([[thrower], [pass]], () => undefined);
    expect(steps.map(({ name, failed }) => [name, failed])).toEqual([
      ['bad', 1],
      ['good', 0],
    ]);
    expect(steps[0]?.output).toContain('broken');
  });

  it('the last line adds everything up', async () => {
    const tests = { name: 'tests', run: async () => ({ passed: 10, failed: 2, skipped: 3, output: '' }) };
    const steps = await runSteps([[pass, tests]], () => undefined);
    const text = summary(steps, [{ part: 'tests on Redis', reason: 'not installed' }]);
    expect(text.split('\n').at(-1)).toBe('11 passed, 2 failed, 3 skipped');
    expect(text).toContain('left out: tests on Redis (not installed)');
  });

  it('without skipped tests the line names only two numbers', async () => {
    expect(
      summary(await runSteps([[pass]], () => undefined), [])
        .split('\n')
        .at(-1),
    ).toBe('1 passed, 0 failed');
  });
});

describe('the report of the test runner', () => {
  const report = {
    numPassedTests: 5,
    numFailedTests: 1,
    numPendingTests: 2,
    numTodoTests: 0,
    testResults: [],
  };

  it('counts tests', () => {
    expect(countReport(report)).toEqual({ passed: 5, failed: 1, skipped: 2 });
  });

  it('a file that does not load is a failure', () => {
    const broken = { ...report, testResults: [{ status: 'failed', assertionResults: [] }] };
    expect(countReport(broken).failed).toBe(2);
  });

  it('no report is a failure', () => {
    expect(countReport(undefined).failed).toBe(1);
  });
});

it('an interrupted command is ended and counts as failed', async () => {
  const controller = new AbortController();
  const args = ['-e', 'setInterval(() => {}, 1000)'];
  const running = runNode({ args, cwd: '.', env: {}, signal: controller.signal });
  controller.abort();
  await expect(running).resolves.toMatchObject({ ok: false });
});
