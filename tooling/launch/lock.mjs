// One preparation at a time per checkout: a lock file that a crashed launcher cannot leave behind for good.
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from './problem.mjs';

const POLL_MS = 250;
const HEARTBEAT_MS = 2_000;
const SILENT_MS = 30_000;

/**
 * Runs work while holding the lock; waits for another holder first. Given back also when the work throws.
 * @template T
 * @param {string} file the lock file
 * @param {() => Promise<T>} work
 * @param {{ onWait?: () => void }} [options] onWait is called once when somebody else holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(file, work, options = {}) {
  mkdirSync(dirname(file), { recursive: true });
  const token = `${process.pid} ${Date.now()} ${Math.random()}`;
  let told = false;
  while (!tryTake(file, token)) {
    if (removeIfStale(file)) continue;
    if (!told) options.onWait?.();
    told = true;
    await delay(POLL_MS);
  }
  const beat = setInterval(() => touch(file), HEARTBEAT_MS);
  const release = () => removeOwn(file, token);
  process.on('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    process.off('exit', release);
    release();
  }
}

/**
 * @param {string} file
 * @param {string} token
 */
function tryTake(file, token) {
  try {
    writeFileSync(file, token, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a lock whose holder is gone: the process does not exist, or it has not touched the file for half a minute.
 * @param {string} file
 */
function removeIfStale(file) {
  const seen = look(file);
  if (!seen) return true;
  if (isAlive(seen.pid) && Date.now() - seen.touchedMs < SILENT_MS) return false;
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true;
    throw error;
  }
  // Between looking and renaming another launcher may have replaced it: then it is put back.
  if (look(aside)?.token !== seen.token) putBack(aside, file);
  rmSync(aside, { force: true });
  return true;
}

/**
 * @param {string} aside
 * @param {string} file
 */
function putBack(aside, file) {
  try {
    linkSync(aside, file);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** @param {string} file */
function look(file) {
  try {
    const token = readFileSync(file, 'utf8');
    return { token, pid: Number(token.split(' ')[0]), touchedMs: statSync(file).mtimeMs };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  // An empty file is a lock that is being written this very moment: its age decides.
  if (!pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** @param {string} file */
function touch(file) {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/**
 * @param {string} file
 * @param {string} token
 */
function removeOwn(file, token) {
  if (look(file)?.token === token) rmSync(file, { force: true });
}
