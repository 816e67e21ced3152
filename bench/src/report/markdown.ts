// The table that people read.
import type { Machine } from '../measure/machine.ts';
import type { Outcome } from '../session.ts';
import type { Workload } from '../workloads.ts';
import type { CellFigures } from './figures.ts';
import type { Figure } from './median.ts';

export type ReportParts = {
  readonly date: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly restMinutes: number;
  readonly full: boolean;
  readonly workloads: readonly Workload[];
  readonly figures: readonly CellFigures[];
  readonly outcome: Outcome;
};

const COLUMNS = [
  'workload',
  'target',
  'CPU µs',
  '× bare',
  'database µs',
  'rate /s',
  '+ p50 ms',
  '+ p99 ms',
  '+ first token p99',
  'gap p99 ms',
  'worker peak MB',
  'rows /s',
  'counts',
];

export function markdownReport(parts: ReportParts): string {
  const { machine, figures, outcome } = parts;
  const lines = [
    `# Bench ${parts.date}, commit ${machine.commit}${machine.changed ? ' with changes' : ''}`,
    '',
    `${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GB, ${machine.kernel}, Node ${machine.node}; ` +
      `${machine.pinned}; load ${machine.load} before the start; ${parts.rounds} interleaved rounds, ${parts.full ? 'full' : 'quick'} run. ` +
      'Median, and [range] where it is wide.',
    '',
    ...table(figures),
    '',
    ...loopLines(figures),
    ...highestRates(parts),
    ...soakLines(parts),
    ...memoryLines(outcome, parts.restMinutes),
    ...outcome.unavailable.map(({ name, unavailable }) => `- ${name} is left out: ${unavailable}.`),
    ...figures.flatMap(problemLines),
    '',
    ...parts.workloads.map(({ name, about, unit }) => `- \`${name}\`: ${about}; CPU per ${unit}.`),
  ];
  return `${lines.join('\n')}\n`;
}

function table(figures: readonly CellFigures[]): string[] {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    row(COLUMNS),
    row(COLUMNS.map((_, index) => (index < 2 ? '---' : '--:'))),
    ...figures.map((one) => row(cellTexts(one))),
  ];
}

function cellTexts(one: CellFigures): string[] {
  return [
    one.workload,
    one.target,
    figureText(one.cpu, 1),
    one.timesBare === null ? '' : one.timesBare.toFixed(2),
    figureText(one.databaseCpu, 1) + (one.redisCpu ? ` + ${figureText(one.redisCpu, 1)} Redis` : ''),
    figureText(one.ratePerS, 0),
    figureText(one.addedP50, 2),
    figureText(one.addedP99, 2),
    figureText(one.addedFirstTokenP99, 1),
    figureText(one.gapP99, 1),
    figureText(one.peakMb, 0),
    figureText(one.rowsPerS, 0),
    one.problems.length === 0 ? 'yes' : '**no**',
  ];
}

/** The range is shown where it is wider than a tenth of the median on either side. */
function figureText(figure: Figure | null, digits: number): string {
  if (!figure) return '';
  const { median, low, high } = figure;
  const wide = Math.max(high - median, median - low) > Math.abs(median) / 10;
  const range = wide ? ` [${low.toFixed(digits)}–${high.toFixed(digits)}]` : '';
  return median.toFixed(digits) + range;
}

function memoryLines({ targets }: Outcome, restMinutes: number): string[] {
  return targets
    .filter(({ restMb }) => restMb > 0)
    .map(
      ({ name, restMb, afterMb, quietMb }) =>
        `- ${name}: worker has ${restMb.toFixed(0)} MB at rest, ${afterMb.toFixed(0)} MB two seconds after the last load${quietText(quietMb, restMinutes)}.`,
    );
}

function quietText(quietMb: number | null, restMinutes: number): string {
  return quietMb === null ? '' : `, ${quietMb.toFixed(0)} MB after ${restMinutes} minutes of rest`;
}

function loopLines(figures: readonly CellFigures[]): string[] {
  return figures.flatMap(({ workload, target, loopP99 }) =>
    loopP99 ? [`- ${workload}, ${target}: event loop late by ${figureText(loopP99, 1)} ms (p99).`] : [],
  );
}

const BOUNDS_MS = [1, 5, 10, 50];
/** A target that falls behind the schedule by more has not held the rate, however fast what it answered was. */
const HELD_SHARE = 0.98;

/** For each target, the highest of the fixed rates that it held with so little added. */
function highestRates({ figures, workloads }: ReportParts): string[] {
  const steps = workloads.flatMap(({ name, parts }) => {
    const rate = parts.json?.ratePerS;
    return rate !== undefined && name.startsWith('json-rate') ? [{ name, rate }] : [];
  });
  if (steps.length < 2) return [];
  const targets = [...new Set(figures.map(({ target }) => target))].filter((target) => target !== 'direct');
  return targets.map((target) => {
    const held = (boundMs: number): string => {
      const rates = steps.filter(({ name, rate }) => {
        const cell = figures.find((one) => one.target === target && one.workload === name);
        if (!cell?.addedP99 || !cell.ratePerS) return false;
        return cell.addedP99.median < boundMs && cell.ratePerS.median >= rate * HELD_SHARE;
      });
      return rates.length === 0 ? '–' : String(Math.max(...rates.map(({ rate }) => rate)));
    };
    const texts = BOUNDS_MS.map((boundMs) => `${held(boundMs)}/s under ${boundMs} ms`);
    return `- ${target}: highest rate held with p99 added: ${texts.join(', ')}.`;
  });
}

/** Whether memory stands still. */
function soakLines({ figures, workloads }: ReportParts): string[] {
  const soaks = new Set(workloads.filter(({ soak }) => soak).map(({ name }) => name));
  return figures
    .filter(({ workload }) => soaks.has(workload))
    .map(
      ({ workload, target, earlyMb, lateMb }) =>
        `- ${workload}, ${target}: ${figureText(earlyMb, 0)} MB after a fifth of the time, ${figureText(lateMb, 0)} MB at its end.`,
    );
}

function problemLines({ workload, target, problems, refusedShare }: CellFigures): string[] {
  const lines: string[] = [];
  if (problems.length > 0) lines.push(`- ${workload}, ${target} does not count: ${problems.join('; ')}.`);
  if (refusedShare > 0)
    lines.push(`- ${workload}, ${target}: ${refusedShare.toFixed(2)} refused attempts per request.`);
  return lines;
}
