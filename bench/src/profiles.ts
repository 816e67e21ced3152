// Profiles of the measured processes: where V8 writes them, and their top functions as text.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { selfTimes } from './profile-summary.ts';

const FOLDER = fileURLToPath(new URL('../profiles', import.meta.url));
const SHOWN = 40;

export type Profiles = {
  /** For the processes to be profiled. */
  readonly env: Readonly<Record<string, string>>;
  /** The busiest functions of each process; once all have ended. */
  summary(): string;
};

/** Empties the folder of profiles and gives what makes Node write into it. */
export function startProfiles(): Profiles {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  return {
    env: { NODE_OPTIONS: `--cpu-prof --cpu-prof-interval 500 --cpu-prof-dir=${FOLDER}` },
    summary: () => {
      const files = readdirSync(FOLDER).filter((name) => name.endsWith('.cpuprofile'));
      return files.map((name) => `${name}\n${topOf(join(FOLDER, name))}`).join('\n');
    },
  };
}

function topOf(file: string): string {
  return selfTimes(file, SHOWN)
    .map(({ name, share }) => `${(share * 100).toFixed(1).padStart(6)} %  ${name}\n`)
    .join('');
}
