// The command line of the bench.
import { parseArgs } from 'node:util';
import { TARGET_NAMES, type TargetName } from './targets/target.ts';
import { WORKLOADS, type Workload } from './workloads.ts';

export type Options = {
  readonly full: boolean;
  readonly rounds: number;
  readonly workloads: readonly Workload[];
  readonly targets: readonly TargetName[];
  readonly profile: boolean;
  /** Keep the table in `results/`. */
  readonly save: boolean;
};

export const USAGE = `bun run bench [--quick | --full] [--only name,…] [--targets name,…] [--rounds n] [--profile] [--no-save]

  --quick      the short table, about four minutes (default)
  --full       every workload, longer
  --only       these workloads, in the table's order
  --targets    of ${TARGET_NAMES.join(', ')}
  --rounds     interleaved rounds, 3 or more for a table that counts (default 3)
  --profile    a .cpuprofile of each Node target in bench/profiles/, and its top functions
  --no-save    print only

Workloads:
${WORKLOADS.map(({ name, about, quick }) => `  ${name.padEnd(13)} ${about}${quick ? '' : ' (full)'}`).join('\n')}
`;

/** @returns undefined when help was asked for. @throws Error on an unknown option or name */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      full: { type: 'boolean', default: false },
      only: { type: 'string' },
      targets: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      profile: { type: 'boolean', default: false },
      'no-save': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds is a number from 1 on');
  const names = WORKLOADS.filter(({ quick }) => values.full || quick).map(({ name }) => name);
  const wanted = chosen(values.only, { known: WORKLOADS.map(({ name }) => name), usual: names });
  return {
    full: values.full,
    rounds,
    workloads: WORKLOADS.filter(({ name }) => wanted.includes(name)),
    targets: TARGET_NAMES.filter((name) =>
      chosen(values.targets, { known: TARGET_NAMES, usual: TARGET_NAMES }).includes(name),
    ),
    profile: values.profile,
    // A profiled run is slower than a real one, so it is no result.
    save: !values['no-save'] && !values.profile,
  };
}

function chosen(
  text: string | undefined,
  { known, usual }: { known: readonly string[]; usual: readonly string[] },
): readonly string[] {
  if (text === undefined) return usual;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')}; there is ${known.join(', ')}`);
  return names;
}
