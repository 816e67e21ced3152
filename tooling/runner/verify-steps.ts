// The steps of `verify`: what must hold before a commit.
import { join } from 'node:path';
import { checkBoundaries } from '../checks/boundaries.ts';
import { checkHouseRules } from '../checks/house-rules.ts';
import { checkMessages } from '../checks/messages.ts';
import { checkSizes, showSizes } from '../checks/size-table.ts';
import { parseTree } from '../checks/source.ts';
import { type Finding, readTree, showFinding } from '../checks/tree.ts';
import { type CommandResult, runNode } from './command.ts';
import { type Step, type StepResult, verdict } from './steps.ts';
import { runVitest } from './vitest.ts';

export interface Site {
  /** The checkout. */
  root: string;
  env: Record<string, string | undefined>;
  /** Aborted when the run is interrupted. */
  signal: AbortSignal;
}

/** Two lanes at first, for two cores; then the unit tests alone, so that their timing is undisturbed. */
export function verifySteps(site: Site): Step[][] {
  return [[formatAndLint(site), types(site), sourceChecks(site)], [unitTests(site)]];
}

function formatAndLint(site: Site): Step {
  const args = [
    join('node_modules', '@biomejs', 'biome', 'bin', 'biome'),
    'check',
    '--error-on-warnings',
    '.',
  ];
  return {
    name: 'format and lint',
    run: async () => asStep(await runNode({ ...site, args, cwd: site.root })),
  };
}

function types(site: Site): Step {
  const console = join(site.root, 'apps', 'console');
  const compiler = join(site.root, 'node_modules', 'typescript', 'bin', 'tsc');
  const next = join(console, 'node_modules', 'next', 'dist', 'bin', 'next');
  const calls = [
    { args: [compiler, '-p', 'tsconfig.json'], cwd: site.root },
    // Next writes down its own types and those of the routes first.
    { args: [next, 'typegen'], cwd: console },
    { args: [compiler, '-p', 'tsconfig.json', '--noEmit'], cwd: console },
  ];
  const run = async (): Promise<StepResult> => {
    const results: CommandResult[] = [];
    for (const call of calls) results.push(await runNode({ ...site, ...call }));
    const failed = results.filter(({ ok }) => !ok);
    return verdict(failed.length === 0, failed.map(({ output }) => output).join('\n'));
  };
  return { name: 'types', run };
}

/** The checks on sources share one reading and one parsing of the tree. */
function sourceChecks(site: Site): Step {
  const run = async (): Promise<StepResult> => {
    const tree = readTree(site.root);
    const files = parseTree(tree);
    const sizes = checkSizes(files);
    const checks: [string, Finding[]][] = [
      ['import boundaries', checkBoundaries(tree, files)],
      ['sizes', sizes.findings],
      ['house rules', checkHouseRules(files)],
      ['messages', checkMessages(tree, files)],
    ];
    const failed = checks.filter(([, findings]) => findings.some(({ level }) => level === 'error')).length;
    const lists = checks.flatMap(([name, findings]) => listOf(name, findings));
    const output = [showSizes(sizes.rows), ...lists].join('\n');
    return { passed: checks.length - failed, failed, skipped: 0, output, notice: true };
  };
  return { name: 'boundaries, sizes, rules, messages', run };
}

function unitTests(site: Site): Step {
  return { name: 'unit tests', run: () => runVitest({ ...site, args: [], cwd: site.root }) };
}

function listOf(name: string, findings: Finding[]): string[] {
  if (findings.length === 0) return [];
  const errors = findings.filter(({ level }) => level === 'error');
  const warnings = findings.filter(({ level }) => level === 'warning');
  const head = `${name}: ${errors.length} errors, ${warnings.length} warnings`;
  return [
    '',
    head,
    ...errors.map((one) => `  error    ${showFinding(one)}`),
    ...warnings.map((one) => `  warning  ${showFinding(one)}`),
  ];
}

function asStep(result: CommandResult): StepResult {
  return verdict(result.ok, result.output);
}
