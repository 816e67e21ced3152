// The folder of an embedded installation: created private, locked by one process, holding generated secrets.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sleep } from '@api-proxy/kit/duration';
import { AppError, messageOf } from '@api-proxy/kit/error';
import { Secret } from '@api-proxy/kit/secret';

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;
const LOCK_POLL_MS = 50;

/** Creates the folder if it is missing. @throws AppError `data_dir_unusable` with the reason. */
export function prepareDataDir(dataDir: string): void {
  const probe = path.join(dataDir, `.write-${process.pid}`);
  try {
    mkdirSync(dataDir, { recursive: true, mode: OWNER_ONLY_FOLDER });
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (thrown) {
    throw new AppError({
      code: 'data_dir_unusable',
      status: 500,
      message: `DATA_DIR ${dataDir} can't be written (${errnoOf(thrown) ?? messageOf(thrown)}): let this user write there, or name another folder in DATA_DIR`,
      cause: thrown,
    });
  }
}

/** Gives the secret kept in `dataDir/name`, made up (256 bits) the first time; the file is for its owner only. */
export function generatedSecret(dataDir: string, name: string): Secret {
  const file = path.join(dataDir, name);
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: OWNER_ONLY_FILE, flag: 'wx' });
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EEXIST') throw thrown;
  }
  const text = readFileSync(file, 'utf8').trim();
  if (text.length < 32) {
    throw new AppError({
      code: 'secret_damaged',
      status: 500,
      message: `${file} is damaged: restore it from a backup (what was encrypted with it can't be read otherwise)`,
    });
  }
  return new Secret(text);
}

export type FolderLock = { release(): void };

/**
 * Takes `file` for this process, waiting up to `waitMs` for another holder to end.
 * A lock whose process is gone is taken over.
 * @throws AppError `data_dir_in_use`.
 */
export async function lockFile(file: string, waitMs: number): Promise<FolderLock> {
  const deadline = performance.now() + waitMs;
  const mine = `${process.pid} ${startOf(process.pid) ?? ''}`.trim();
  for (;;) {
    try {
      writeFileSync(file, mine, { mode: OWNER_ONLY_FILE, flag: 'wx' });
      return { release: () => releaseLock(file, mine) };
    } catch (thrown) {
      if (errnoOf(thrown) !== 'EEXIST') throw thrown;
    }
    const holder = livingHolder(file);
    if (holder === undefined) rmSync(file, { force: true });
    else if (performance.now() >= deadline) throw inUse(file, holder);
    else await sleep(LOCK_POLL_MS);
  }
}

function releaseLock(file: string, mine: string): void {
  try {
    if (readFileSync(file, 'utf8') === mine) rmSync(file, { force: true });
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown;
  }
}

function livingHolder(file: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const [pidText, start] = text.split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    if (errnoOf(thrown) === 'ESRCH') return undefined;
  }
  // Process numbers are used again, above all in containers; the start time tells two apart.
  return start !== undefined && startOf(pid) !== start ? undefined : pid;
}

/** Start of a process in clock ticks since boot, where the system tells (Linux): proc(5), stat field 22. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function inUse(file: string, pid: number): AppError {
  return new AppError({
    code: 'data_dir_in_use',
    status: 500,
    message: `${path.dirname(file)} is in use by process ${pid}: an embedded database serves one instance. Stop the other one, choose another DATA_DIR, or use PostgreSQL through DATABASE_URL`,
  });
}

/** The `code` of a system error (`EACCES`, …), if it is one. */
export function errnoOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : undefined;
}
