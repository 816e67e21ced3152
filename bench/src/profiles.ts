// Profiles of the measured processes: where V8 writes them, and their top functions as text.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Share, summarise, type Window } from './profile-summary.ts';

const FOLDER = fileURLToPath(new URL('../profiles', import.meta.url));
const SHOWN = 40;
const LEAST_BUSY_MS = 50;

export type Profiles = {
  /** For the processes to be profiled. */
  readonly env: Readonly<Record<string, string>>;
  /** The busiest functions of each process while the loads ran; once all have ended. */
  summary(window: Window): string;
};

/** Empties the folder of profiles and gives what makes Node write into it. */
export function startProfiles(): Profiles {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  return {
    env: { NODE_OPTIONS: `--cpu-prof --cpu-prof-interval 500 --cpu-prof-dir=${FOLDER}` },
    summary: (window) => {
      const files = readdirSync(FOLDER).filter((name) => name.endsWith('.cpuprofile'));
      return files.map((name) => textOf(name, window)).join('\n');
    },
  };
}

function textOf(name: string, window: Window): string {
  const { program, busyMs, self, total } = summarise(join(FOLDER, name), { window, count: SHOWN });
  if (busyMs < LEAST_BUSY_MS) return '';
  const lines = (shares: readonly Share[]): string =>
    shares.map((one) => `${(one.share * 100).toFixed(1).padStart(6)} %  ${one.name}\n`).join('');
  return (
    `${program}, ${busyMs.toFixed(0)} ms busy (${name})\n` +
    `by time of their own\n${lines(self)}our functions with what they called\n${lines(total)}`
  );
}
