// What a reader has to know of the machine; nothing that tells whose it is.
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import process from 'node:process';

export type Machine = {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGb: number;
  readonly node: string;
  readonly kernel: string;
  readonly commit: string;
  /** The checkout had changes that are not in the commit. */
  readonly changed: boolean;
  readonly pinned: string;
  /** Load of the last minute before the run; above 1, others were at work too. */
  readonly load: number;
};

export function machineFacts(pinned: string): Machine {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    kernel: said('uname', ['-sr']),
    commit: said('git', ['rev-parse', '--short', 'HEAD']) || 'unknown',
    changed: said('git', ['status', '--porcelain', '--untracked-files=no']) !== '',
    pinned,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

function said(file: string, args: string[]): string {
  try {
    return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    // Without the program the fact is left out.
    return '';
  }
}
