// Building the console, only when its sources, those of the contracts, or the installed packages changed.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packagesHash, shippedNode } from './packages.mjs';
import { buildProblem } from './problem.mjs';
import { capture } from './process.mjs';
import { filesBelow, hashFiles, isStamped, writeStamp } from './stamp.mjs';

/** @typedef {Record<string, string | undefined>} Env */

// The console is compiled from its own sources and from those it imports.
const SOURCES = ['apps/console', 'packages/contracts', 'packages/kit'];
const TEST_FILE = /\.test\.tsx?$/;

/**
 * True when the build in apps/console/.next was made from the sources as they are.
 * @param {string} root the checkout
 */
export function consoleIsBuilt(root) {
  return isStamped(stampFile(root), consoleHash(root));
}

/**
 * Builds the console for production.
 * @param {string} root
 * @param {Env} env
 * @throws {LaunchProblem} with the compiler's last lines
 */
export async function buildConsole(root, env) {
  const cwd = join(root, 'apps', 'console');
  const hash = consoleHash(root);
  rmSync(stampFile(root), { force: true });
  const args = [join(cwd, 'node_modules', 'next', 'dist', 'bin', 'next'), 'build'];
  const { ok, output } = await capture(shippedNode(root), args, {
    cwd,
    env: { ...env, NODE_ENV: 'production' },
  });
  if (!ok) throw buildProblem(output);
  mkdirSync(join(cwd, '.next'), { recursive: true });
  writeStamp(stampFile(root), hash);
}

/**
 * Hash of everything the build is made from.
 * @param {string} root
 */
export function consoleHash(root) {
  const sources = SOURCES.flatMap((folder) => filesBelow(join(root, folder)));
  const compiled = sources.filter((file) => !TEST_FILE.test(file) && !file.endsWith('next-env.d.ts'));
  return `${packagesHash(root).slice(0, 16)}-${hashFiles(root, compiled)}`;
}

/** @param {string} root */
function stampFile(root) {
  return join(root, 'apps', 'console', '.next', '.stamp');
}
