// Starting other programs: a captured one for preparation, and the final one that owns the terminal.
import { spawn, spawnSync } from 'node:child_process';
import process from 'node:process';

/** @typedef {Record<string, string | undefined>} Env */

/**
 * Runs a program to its end and gives back what it printed. Ended with the launcher when that is interrupted.
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd: string, env: Env }} options
 * @returns {Promise<{ ok: boolean, output: string }>} ok is false for a non-zero exit or a program that is not there
 */
export function capture(file, args, options) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    /** @type {string[]} */
    const pieces = [];
    const stop = () => child.kill('SIGTERM');
    const finish = (/** @type {boolean} */ ok) => {
      process.off('exit', stop);
      resolve({ ok, output: pieces.join('') });
    };
    process.on('exit', stop);
    child.stdout.on('data', (chunk) => pieces.push(String(chunk)));
    child.stderr.on('data', (chunk) => pieces.push(String(chunk)));
    child.on('error', (error) => {
      pieces.push(`${error.message}\n`);
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });
}

/**
 * First line printed by a quick program such as `bun --version`, or undefined when it fails.
 * @param {string} file
 * @param {string[]} args
 * @returns {string | undefined}
 */
export function firstLine(file, args) {
  const result = spawnSync(file, args, { encoding: 'utf8', timeout: 20_000 });
  return result.status === 0 ? result.stdout.split('\n')[0]?.trim() : undefined;
}

const FORWARDED = /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']);
const REPEAT_WINDOW_MS = 500;

/**
 * Runs the command itself: same terminal, same process group, same end. Signals sent to the launcher alone reach it.
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd: string, env: Env }} options
 * @returns {Promise<number>} its exit code; when a signal ended it, the launcher ends by the same signal
 */
export function handOver(file, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: 'inherit' });
    let lastSignal = '';
    let lastAt = 0;
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      // Ctrl-C at a terminal already reached the whole process group; npm may pass on the same signal again.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      if (signal === lastSignal && Date.now() - lastAt < REPEAT_WINDOW_MS) return;
      lastSignal = signal;
      lastAt = Date.now();
      child.kill(signal);
    };
    for (const signal of FORWARDED) process.on(signal, forward);
    const release = () => {
      for (const signal of FORWARDED) process.off(signal, forward);
    };
    child.on('error', (error) => {
      release();
      reject(error);
    });
    child.on('exit', (code, signal) => {
      release();
      if (signal) process.kill(process.pid, signal);
      else resolve(code ?? 1);
    });
  });
}
