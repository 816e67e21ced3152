// From rounds to figures: medians and ranges of a cell, and what they are against the floor and against no relay.
import type { PartResult } from '../load/plan.ts';
import type { Round } from '../measure/round.ts';
import type { Cell } from '../session.ts';
import type { TargetName } from '../targets/target.ts';
import { type Figure, figureOf } from './median.ts';

export type CellFigures = {
  readonly workload: string;
  readonly target: TargetName;
  readonly unit: 'request' | 'event';
  /** µs of CPU per unit. */
  readonly cpu: Figure | null;
  readonly databaseCpu: Figure | null;
  readonly redisCpu: Figure | null;
  /** Of `cpu`, against bare in the same rounds. */
  readonly timesBare: number | null;
  readonly ratePerS: Figure | null;
  /** Milliseconds more than direct. */
  readonly addedP50: Figure | null;
  readonly addedP99: Figure | null;
  readonly addedFirstTokenP99: Figure | null;
  readonly gapP99: Figure | null;
  readonly peakMb: Figure | null;
  /** Of resident memory, over the whole load: after a fifth of it and at its end. */
  readonly earlyMb: Figure | null;
  readonly lateMb: Figure | null;
  /** Milliseconds by which the event loop was late. */
  readonly loopP99: Figure | null;
  readonly rowsPerS: Figure | null;
  readonly refusedShare: number;
  /** Why the cell does not count; empty: it does. */
  readonly problems: readonly string[];
};

export function figuresOf(cells: readonly Cell[]): CellFigures[] {
  return cells.map((cell) => {
    const find = (target: TargetName): Cell | undefined =>
      cells.find((other) => other.workload === cell.workload && other.target === target);
    return cellFigures(cell, { bare: find('bare'), direct: find('direct') });
  });
}

function cellFigures(
  { workload, target, rounds }: Cell,
  { bare, direct }: { bare: Cell | undefined; direct: Cell | undefined },
): CellFigures {
  const { unit } = workload;
  const per = (pick: (round: Round) => number) => (round: Round) =>
    pick(round) / Math.max(1, unit === 'event' ? round.events : round.requests);
  const relayCpu = per(({ cpu }) => cpu.relay);
  const over = (pick: (round: Round) => number): Figure | null => figureOf(rounds.map(pick));
  const used = (pick: (round: Round) => number): Figure | null =>
    rounds.some(pick) ? over(per(pick)) : null;
  const cpu = used((round) => round.cpu.relay);
  const bareCpu = bare ? figureOf(bare.rounds.map(relayCpu)) : null;
  const added = (pick: (result: PartResult) => number | undefined): Figure | null =>
    target === 'direct' || !direct ? null : difference(rounds, direct.rounds, pick);
  return {
    workload: workload.name,
    ...{ target, unit, cpu },
    databaseCpu: used((round) => round.cpu.database),
    redisCpu: used((round) => round.cpu.redis),
    timesBare: cpu && bareCpu ? cpu.median / bareCpu.median : null,
    ratePerS: over(({ rate }) => rate),
    addedP50: added((result) => result.latency?.p50),
    addedP99: added((result) => result.latency?.p99),
    addedFirstTokenP99: unit === 'event' ? added((result) => result.firstToken?.p99) : null,
    gapP99: gaps(rounds),
    peakMb: target === 'direct' ? null : over(({ peakMb }) => peakMb),
    earlyMb: target === 'direct' ? null : over(({ courseMb }) => courseMb.early),
    lateMb: target === 'direct' ? null : over(({ courseMb }) => courseMb.late),
    loopP99: figureOf(rounds.flatMap(({ loopDelay }) => (loopDelay ? [loopDelay.p99] : []))),
    rowsPerS: figureOf(rounds.flatMap(({ rowsPerS }) => (rowsPerS === null ? [] : [rowsPerS]))),
    refusedShare: over(({ refusedShare }) => refusedShare)?.median ?? 0,
    problems: [...new Set(rounds.flatMap(({ problems }) => problems))],
  };
}

/** Round by round, so that what slows the whole machine for a while counts on both sides. */
function difference(
  rounds: readonly Round[],
  others: readonly Round[],
  pick: (result: PartResult) => number | undefined,
): Figure | null {
  const values = rounds.flatMap((round, index) => {
    const [mine] = round.results;
    const [theirs] = others[index]?.results ?? [];
    const a = mine && pick(mine);
    const b = theirs && pick(theirs);
    return a === undefined || b === undefined ? [] : [a - b];
  });
  return figureOf(values);
}

function gaps(rounds: readonly Round[]): Figure | null {
  return figureOf(
    rounds.flatMap(({ results }) => {
      const gap = results.find((result) => result.gap)?.gap;
      return gap ? [gap.p99] : [];
    }),
  );
}
