// A process with all its descendants, and their end without a chance to tidy up.
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

/** A process may end while it is looked at: that is no failure. */
function unlessGone(act: () => void): void {
  try {
    act();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT' && code !== 'ESRCH') throw error;
  }
}

/** A process and all its descendants, as /proc tells them. */
export function treeOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    unlessGone(() => {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    });
  }
  const tree = [root];
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  return tree;
}

/** Sends a signal to every process of a tree that is still there. */
export function signalTree(root: number, signal: NodeJS.Signals): void {
  for (const pid of treeOf(root)) unlessGone(() => process.kill(pid, signal));
}
