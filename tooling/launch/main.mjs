// The launcher's order of work: find Bun, install, build the server and the console, hand over to the command on the shipped Node.
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { findBun, installBun } from './bun.mjs';
import { COMMANDS, commandList } from './commands.mjs';
import { buildConsole, consoleIsBuilt } from './console-build.mjs';
import { commandEnvironment, toolEnvironment } from './environment.mjs';
import { withLock } from './lock.mjs';
import { installPackages, packagesAreReady, shippedNode } from './packages.mjs';
import { fileProblem, LaunchProblem } from './problem.mjs';
import { handOver } from './process.mjs';
import { buildServer, serverIsBuilt } from './server-build.mjs';

const INTERRUPTS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs one command of the project.
 * @param {string[]} argv the command's name, then its own arguments
 * @returns {Promise<number>} exit code
 */
export async function main(argv) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const [name = '', ...rest] = argv;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    say(
      `${name ? `There is no command \`${name}\`.` : 'Say which command to run.'} There are:\n${commandList()}`,
    );
    return 2;
  }
  for (const signal of INTERRUPTS) process.on(signal, leave);
  try {
    await prepare(root, command);
  } catch (error) {
    const problem = error instanceof LaunchProblem ? error : fileProblem(error);
    if (!problem) throw error;
    say(problem.message);
    return 1;
  } finally {
    for (const signal of INTERRUPTS) process.off(signal, leave);
  }
  if (!command.run) return 0;
  const bun = findBun(root, process.env);
  const env = commandEnvironment(root, process.env, bun && dirname(bun));
  const args = [...command.run, ...(rest[0] === '--' ? rest.slice(1) : rest)];
  return handOver(shippedNode(root), args, { cwd: join(root, command.cwd ?? ''), env });
}

/**
 * Brings the checkout up to date for a command; does and writes nothing when it is already.
 * @param {string} root
 * @param {import('./commands.mjs').Command} command
 */
async function prepare(root, command) {
  const isReady = () =>
    packagesAreReady(root) &&
    (!command.server || serverIsBuilt(root)) &&
    (!command.console || consoleIsBuilt(root));
  if (isReady()) return;
  const onWait = () => say('another launch is preparing this checkout; waiting for it');
  await withLock(join(root, '.tools', 'launch.lock'), () => bringUpToDate(root, command), { onWait });
}

/**
 * @param {string} root
 * @param {import('./commands.mjs').Command} command
 */
async function bringUpToDate(root, command) {
  const isBundled = () => !command.server || serverIsBuilt(root);
  if (!packagesAreReady(root) || !isBundled()) {
    const env = toolEnvironment(root, process.env, []);
    const bun =
      findBun(root, process.env) ?? (await timed('installing Bun into .tools', () => installBun(root, env)));
    const tools = { bun, env: toolEnvironment(root, process.env, [dirname(bun)]) };
    if (!packagesAreReady(root)) {
      await timed('installing the packages of bun.lock', () => installPackages(root, tools));
    }
    if (!isBundled()) await timed('bundling the server', () => buildServer(root, tools));
  }
  if (command.console && !consoleIsBuilt(root)) {
    const env = commandEnvironment(root, process.env, undefined);
    await timed('building the console', () => buildConsole(root, env));
  }
}

/**
 * Ends the preparation when it is interrupted: exit handlers stop the running tool and give the lock back.
 * @param {NodeJS.Signals} _name
 * @param {number} number
 */
function leave(_name, number) {
  process.exit(128 + number);
}

/**
 * Says what is being done, then how long it took.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function timed(what, work) {
  const startedMs = Date.now();
  say(`${what} …`);
  const result = await work();
  say(`${what}: done in ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
  return result;
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`api-proxy: ${text}\n`);
}
