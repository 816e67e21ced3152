// The command line of the bench.
import { parseArgs } from 'node:util';
import { TARGET_NAMES, type TargetName } from './targets/target.ts';
import { WORKLOADS, type Workload } from './workloads.ts';

export type Options = {
  readonly full: boolean;
  readonly rounds: number;
  readonly workloads: readonly Workload[];
  readonly targets: readonly TargetName[];
  readonly soakMinutes: number;
  /** Quiet time at the end, after which memory is looked at once more. */
  readonly restMinutes: number;
  readonly profile: boolean;
  /** Measure how late the event loops are. */
  readonly loopDelay: boolean;
  /** Keep the table in `results/`. */
  readonly save: boolean;
};

export const USAGE = `bun run bench [--quick | --full] [--only name,…] [--targets name,…] [--rounds n] [--soak-minutes n] [--rest-minutes n] [--profile] [--loop-delay] [--no-save]

  --quick      the short table, about four minutes (default)
  --full       every workload, longer
  --only       these workloads, in the table's order; rate-steps: all of json-rate-…
  --targets    of ${TARGET_NAMES.join(', ')}
  --rounds     interleaved rounds, 3 or more for a table that counts (default 3)
  --soak-minutes  how long the workload soak runs (default 20); it runs only when --only names it
  --rest-minutes  quiet time at the end, then memory once more: workers give it back after five (default 0)
  --profile    a .cpuprofile of each Node target in bench/profiles/, and its top functions
  --loop-delay  also how late the relays' event loops are (p99); its timer makes them wake up more often
  --no-save    print only

Workloads:
${WORKLOADS.map(({ name, about, quick, soak }) => `  ${name.padEnd(15)} ${about}${quick ? '' : soak ? ' (named)' : ' (full)'}`).join('\n')}
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
      'soak-minutes': { type: 'string', default: '20' },
      'rest-minutes': { type: 'string', default: '0' },
      profile: { type: 'boolean', default: false },
      'loop-delay': { type: 'boolean', default: false },
      'no-save': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds is a number from 1 on');
  const soakMinutes = Number(values['soak-minutes']);
  if (!(soakMinutes > 0)) throw new Error('--soak-minutes is a number above 0');
  const restMinutes = Number(values['rest-minutes']);
  if (!(restMinutes >= 0)) throw new Error('--rest-minutes is a number from 0 on');
  const names = WORKLOADS.filter(({ quick, soak }) => quick || (values.full && !soak)).map(
    ({ name }) => name,
  );
  const known = WORKLOADS.flatMap(({ name, group }) => (group ? [name, group] : [name]));
  const wanted = chosen(values.only, { known: [...new Set(known)], usual: names });
  return {
    full: values.full,
    rounds,
    soakMinutes,
    restMinutes,
    workloads: WORKLOADS.filter(({ name, group }) => wanted.includes(name) || wanted.includes(group ?? name)),
    targets: TARGET_NAMES.filter((name) =>
      chosen(values.targets, { known: TARGET_NAMES, usual: TARGET_NAMES }).includes(name),
    ),
    profile: values.profile,
    loopDelay: values['loop-delay'],
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
