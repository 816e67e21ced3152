// Installing what the lock file names, only when it changed, and making sure the shipped Node is there.
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { installProblem, LaunchProblem } from './problem.mjs';
import { capture, firstLine } from './process.mjs';
import { hashFiles, isStamped, writeStamp } from './stamp.mjs';

/** @typedef {Record<string, string | undefined>} Env */

const SHIPPED_NODE_MAJOR = 24;

/**
 * Path of the Node that runs the project.
 * @param {string} root the checkout
 */
export function shippedNode(root) {
  return join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/**
 * True when node_modules holds what bun.lock and the manifests name.
 * @param {string} root
 */
export function packagesAreReady(root) {
  return isStamped(stampFile(root), packagesHash(root)) && existsSync(shippedNode(root));
}

/**
 * Installs the packages named by bun.lock and checks the shipped Node.
 * @param {string} root
 * @param {{ bun: string, env: Env }} tools
 * @throws {LaunchProblem}
 */
export async function installPackages(root, { bun, env }) {
  const { ok, output } = await capture(bun, ['install', '--frozen-lockfile'], { cwd: root, env });
  if (!ok) throw installProblem('Installing packages', output);
  if (!runsOnShippedNode(root)) await installShippedNode(root, env);
  writeStamp(stampFile(root), packagesHash(root));
}

/**
 * Hash of everything that decides what is installed.
 * @param {string} root
 */
export function packagesHash(root) {
  return hashFiles(root, [join(root, 'bun.lock'), join(root, 'bunfig.toml'), ...manifests(root)]);
}

/**
 * The package.json of the root and of every workspace.
 * @param {string} root
 * @returns {string[]}
 */
export function manifests(root) {
  const rootManifest = join(root, 'package.json');
  /** @type {string[]} */
  const patterns = JSON.parse(readFileSync(rootManifest, 'utf8')).workspaces ?? [];
  const folders = patterns.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [join(root, pattern)];
    const parent = join(root, pattern.slice(0, -2));
    return existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name)) : [];
  });
  return [
    rootManifest,
    ...folders.map((folder) => join(folder, 'package.json')).filter((file) => existsSync(file)),
  ];
}

/** @param {string} root */
function runsOnShippedNode(root) {
  return firstLine(shippedNode(root), ['--version'])?.startsWith(`v${SHIPPED_NODE_MAJOR}.`) ?? false;
}

/**
 * Runs the install script of the `node` package, which fetches the program; Bun skips it when the package was cached
 * without its result.
 * @param {string} root
 * @param {Env} env
 */
async function installShippedNode(root, env) {
  const folder = join(root, 'node_modules', 'node');
  if (!existsSync(folder)) {
    throw new LaunchProblem(
      'The package `node` is not among the installed ones; restore package.json and bun.lock from git.',
    );
  }
  const args = ['installArchSpecificPackage.js'];
  const { ok, output } = await capture(process.execPath, args, { cwd: realpathSync(folder), env });
  if (!ok) throw installProblem(`Installing Node ${SHIPPED_NODE_MAJOR} with npm`, output);
  if (!runsOnShippedNode(root)) {
    throw new LaunchProblem(
      `Node ${SHIPPED_NODE_MAJOR} was installed but does not run on ${process.platform}-${process.arch}. ` +
        `Remove node_modules and run the command again; if it stays so, the system is too old for Node ${SHIPPED_NODE_MAJOR}.`,
    );
  }
}

/** @param {string} root */
function stampFile(root) {
  return join(root, 'node_modules', '.stamp');
}
