// Hashes of files, kept in stamp files, so that a second start knows what is already done.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import process from 'node:process';
import { errorCode } from './problem.mjs';

const SKIPPED_FOLDERS = new Set(['node_modules', '.next', '.git', '.data', '.tools']);

/**
 * One hash over the names and contents of files. A missing file counts as such.
 * @param {string} root folder the names are relative to
 * @param {string[]} files absolute paths, any order
 * @returns {string} hex
 */
export function hashFiles(root, files) {
  const hash = createHash('sha256');
  hash.update(`${process.platform} ${process.arch}\n`);
  for (const file of [...files].sort()) {
    const content = readIfThere(file);
    hash.update(`${relative(root, file).split(sep).join('/')} ${content?.length ?? 'missing'}\n`);
    if (content) hash.update(content);
  }
  return hash.digest('hex');
}

/**
 * Every file below a folder, without installed or generated ones.
 * @param {string} folder absolute; may be missing
 * @returns {string[]} absolute paths
 */
export function filesBelow(folder) {
  /** @type {string[]} */
  const found = [];
  for (const entry of entriesIfThere(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED_FOLDERS.has(entry.name)) found.push(...filesBelow(path));
    } else if (entry.isFile()) {
      found.push(path);
    }
  }
  return found;
}

/**
 * True when the stamp file holds this hash.
 * @param {string} stampFile
 * @param {string} hash
 */
export function isStamped(stampFile, hash) {
  return readIfThere(stampFile)?.toString('utf8').trim() === hash;
}

/**
 * @param {string} stampFile
 * @param {string} hash
 */
export function writeStamp(stampFile, hash) {
  writeFileSync(stampFile, `${hash}\n`);
}

/**
 * @param {string} file
 * @returns {Buffer | undefined}
 */
function readIfThere(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** @param {string} folder */
function entriesIfThere(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** @param {unknown} error */
function isAbsent(error) {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}
