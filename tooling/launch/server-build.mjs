// Bundling the server for production, only when its sources or the installed packages changed: docs/decisions/0070.
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { packagesHash } from './packages.mjs';
import { serverBuildProblem } from './problem.mjs';
import { capture } from './process.mjs';
import { filesBelow, hashFiles, isStamped, writeStamp } from './stamp.mjs';

/** @typedef {Record<string, string | undefined>} Env */

/** What is started as a process or loaded by one; all else is found from here. */
const ENTRIES = ['main.ts', 'worker.ts', 'reader.ts', 'embedded-database.ts', 'console-guard.ts', 'demo.ts'];
/** Programs with files of their own beside them, and one that `pg` only tries. */
const LEFT_OUT = ['@electric-sql/*', 'pg-native'];
const SOURCES = [
  'apps/server/src',
  ...['api', 'contracts', 'db', 'gateway', 'kit', 'ledger', 'protocols', 'services', 'stores', 'testing'].map(
    (name) => `packages/${name}/src`,
  ),
];
const TEST_FILE = /\.test\.ts$/;

/**
 * True when the bundle in apps/server/dist was made from the sources as they are.
 * @param {string} root the checkout
 */
export function serverIsBuilt(root) {
  return isStamped(join(outFolder(root), '.stamp'), serverHash(root));
}

/**
 * Bundles the server into apps/server/dist. The last bundle stays in place until the new one is whole.
 * @param {string} root
 * @param {{ bun: string, env: Env }} tools
 * @throws {LaunchProblem} with the bundler's last lines
 */
export async function buildServer(root, { bun, env }) {
  const hash = serverHash(root);
  const out = outFolder(root);
  const fresh = `${out}-${process.pid}`;
  const stale = `${out}-old-${process.pid}`;
  const source = join(root, 'apps', 'server', 'src');
  const args = [
    ...['build', ...ENTRIES.map((name) => join(source, name))],
    ...['--target=node', '--format=esm', '--splitting', `--outdir=${fresh}`],
    ...LEFT_OUT.flatMap((name) => ['--external', name]),
  ];
  try {
    // What packages decide by NODE_ENV is decided while bundling.
    const production = { ...env, NODE_ENV: 'production' };
    const { ok, output } = await capture(bun, args, { cwd: join(root, 'apps', 'server'), env: production });
    if (!ok) throw serverBuildProblem(output);
    mkdirSync(out, { recursive: true });
    writeStamp(join(fresh, '.stamp'), hash);
    renameSync(out, stale);
    renameSync(fresh, out);
  } finally {
    for (const folder of [fresh, stale]) rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} root */
function serverHash(root) {
  const sources = SOURCES.flatMap((folder) => filesBelow(join(root, folder)));
  const compiled = sources.filter((file) => !TEST_FILE.test(file));
  return `${packagesHash(root).slice(0, 16)}-${hashFiles(root, compiled)}`;
}

/** @param {string} root */
function outFolder(root) {
  return join(root, 'apps', 'server', 'dist');
}
