// The environment of the programs the launcher starts: search path, caches, and no traces of an outer npm run.
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';

/** @typedef {Record<string, string | undefined>} Env */

// Set by `npm run` for its own script; an inner npm would take them for its own project.
const OUTER_RUN = /^(npm_lifecycle_|npm_package_|npm_command$|npm_config_local_prefix$|INIT_CWD$)/;

/**
 * Environment for installing: the launcher's Node first, and caches inside the checkout when the home folder is no use.
 * @param {string} root the checkout
 * @param {Env} env the launcher's own
 * @param {string[]} folders put before PATH
 * @returns {Env}
 */
export function toolEnvironment(root, env, folders) {
  const result = Object.fromEntries(Object.entries(env).filter(([name]) => !OUTER_RUN.test(name)));
  result.PATH = [...folders, dirname(process.execPath), env.PATH ?? ''].filter(Boolean).join(delimiter);
  if (!hasUsableHome(env)) {
    const cache = join(root, '.tools', 'cache');
    result.HOME = cache;
    // An outer npm names its cache in the useless home folder; one that can be written to is kept.
    if (!isUsableFolder(env.npm_config_cache)) result.npm_config_cache = join(cache, 'npm');
    if (!isUsableFolder(env.BUN_INSTALL_CACHE_DIR)) result.BUN_INSTALL_CACHE_DIR = join(cache, 'bun');
  }
  return result;
}

/**
 * Environment of the command: the shipped Node and Bun come first, so that its children use them too.
 * @param {string} root the checkout
 * @param {Env} env the launcher's own
 * @param {string | undefined} bunFolder where Bun lies
 * @returns {Env}
 */
export function commandEnvironment(root, env, bunFolder) {
  const folders = [join(root, 'node_modules', '.bin'), bunFolder, env.PATH ?? ''];
  return { ...env, PATH: folders.filter(Boolean).join(delimiter), NEXT_TELEMETRY_DISABLED: '1' };
}

/** @param {Env} env */
function hasUsableHome(env) {
  return isUsableFolder(env.HOME ?? env.USERPROFILE ?? homedir());
}

/** @param {string | undefined} folder */
function isUsableFolder(folder) {
  if (!folder) return false;
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return statSync(folder).isDirectory();
  } catch {
    // Missing or not ours: both mean that nothing can be written there.
    return false;
  }
}
