// Finding Bun, the package manager: on PATH, in .tools, or installed there with npm.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { installProblem, LaunchProblem } from './problem.mjs';
import { capture, firstLine } from './process.mjs';

/** @typedef {Record<string, string | undefined>} Env */

const OLDEST = [1, 3];
// The npm package ships a small text file in place of the program until its install script has run.
const SMALLEST_PROGRAM_BYTES = 1_000_000;
const EXE = process.platform === 'win32' ? 'bun.exe' : 'bun';

/**
 * A Bun that is already there: the pinned one in .tools first, else a recent one on PATH.
 * @param {string} root the checkout
 * @param {Env} env
 * @returns {string | undefined} path of the program
 */
export function findBun(root, env) {
  const own = bunInTools(root);
  if (own && isRecent(firstLine(own, ['--version']))) return own;
  for (const folder of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const candidate = join(folder, EXE);
    if (isProgram(candidate) && isRecent(firstLine(candidate, ['--version']))) return candidate;
  }
  return undefined;
}

/**
 * Installs the pinned Bun into .tools with npm and gives its path.
 * @param {string} root the checkout
 * @param {Env} env for npm
 * @returns {Promise<string>}
 * @throws {LaunchProblem} npm missing, no registry, no rights, or a platform without a Bun
 */
export async function installBun(root, env) {
  const tools = join(root, '.tools');
  mkdirSync(tools, { recursive: true });
  writeFileSync(join(tools, 'package.json'), '{ "private": true }\n');
  const [file, ...args] = npmCommand(env);
  const spec = `bun@${pinnedBunVersion(root)}`;
  // No --prefix: npm would then look for the machine's npmrc, with its proxy and certificates, under that folder.
  const flags = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', spec];
  const { ok, output } = await capture(file, [...args, ...flags], { cwd: tools, env });
  if (!ok && /ENOENT/.test(output) && /spawn/.test(output)) {
    throw new LaunchProblem(
      'Neither Bun nor npm was found. The launcher needs one of them to install the packages: install Node with npm ' +
        '(https://nodejs.org; Debian: `apt-get install npm`), then run the command again.',
    );
  }
  if (!ok) throw installProblem('Installing Bun with npm', output);
  const bun = bunInTools(root);
  if (!bun) {
    throw new LaunchProblem(
      `npm installed ${spec} but there is no program for ${process.platform}-${process.arch} in it. ` +
        'Install Bun 1.3 or newer yourself (https://bun.com), put it on PATH, and run the command again.',
    );
  }
  return bun;
}

/**
 * Version named by "packageManager" in the root package.json.
 * @param {string} root
 * @returns {string}
 */
export function pinnedBunVersion(root) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const match = /^bun@(\d+\.\d+\.\d+)/.exec(manifest.packageManager ?? '');
  if (!match?.[1])
    throw new LaunchProblem('package.json names no Bun version in "packageManager"; restore it from git.');
  return match[1];
}

/**
 * True for 1.3 and newer.
 * @param {string | undefined} version such as '1.4.5'
 */
export function isRecent(version) {
  const match = /^(\d+)\.(\d+)\./.exec(version ?? '');
  if (!match) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > (OLDEST[0] ?? 0) || (major === OLDEST[0] && minor >= (OLDEST[1] ?? 0));
}

/**
 * The program inside .tools, wherever npm left it: install scripts may have been blocked or not.
 * @param {string} root
 * @returns {string | undefined}
 */
export function bunInTools(root) {
  const modules = join(root, '.tools', 'node_modules');
  const vendor = join(modules, '@oven');
  const builds = existsSync(vendor) ? readdirSync(vendor).filter((name) => name.startsWith('bun-')) : [];
  const candidates = [
    join(modules, '.bin', EXE),
    join(modules, 'bun', 'bin', 'bun.exe'),
    ...builds.flatMap((name) => [join(vendor, name, 'bin', 'bun'), join(vendor, name, 'bin', 'bun.exe')]),
  ];
  return candidates.find((path) => isProgram(path) && statSync(path).size >= SMALLEST_PROGRAM_BYTES);
}

/**
 * How to call npm: the one that runs us when there is one, else the one on PATH.
 * @param {Env} env
 * @returns {[string, ...string[]]}
 */
function npmCommand(env) {
  const outer = env.npm_execpath;
  if (outer && /npm-cli\.js$/.test(outer) && existsSync(outer)) return [process.execPath, outer];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

/** @param {string} path */
function isProgram(path) {
  return existsSync(path) && statSync(path).isFile();
}
