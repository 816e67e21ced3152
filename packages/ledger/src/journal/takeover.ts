// Takes the journals of dead workers over: one atomic move makes a folder this worker's, then it is read and deleted.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Entry, entryOf } from './entry.ts';
import { readFrames } from './frame.ts';
import { isAbandoned } from './owner.ts';
import { SEGMENT_SUFFIX } from './segments.ts';

const CLAIMED = 'claimed';

export type Claims = { readonly dir: string; readonly workerId: string; readonly nowMs: number };

export type Claimed = {
  readonly path: string;
  /** Whose journal it was. */
  readonly workerId: string;
};

/**
 * Moves the folders of dead workers into this worker's own, where they wait until they are replayed; those that an
 * earlier round left there come first. If this worker dies meanwhile, the next one takes all of it over with its folder.
 */
export function claimAbandoned({ dir, workerId, nowMs }: Claims): Claimed[] {
  const own = join(dir, workerId, CLAIMED);
  const claimed = foldersIn(own).map((name) => ({ path: join(own, name), workerId: name }));
  for (const name of foldersIn(dir)) {
    const path = join(dir, name);
    if (name === workerId || name.startsWith('.') || !isAbandoned(path, nowMs)) continue;
    mkdirSync(own, { recursive: true, mode: 0o700 });
    const target = join(own, name);
    if (moved(path, target)) claimed.push({ path: target, workerId: name });
  }
  return claimed;
}

function foldersIn(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** False: another worker was faster. */
function moved(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

export type SegmentContent = {
  readonly entries: readonly Entry[];
  readonly damaged: number;
  /** Epoch ms of the last write: a sign of life of the worker. */
  readonly writtenMs: number;
};

/** The segments of a claimed folder, and of folders that its worker had claimed, one at a time. */
export function* segmentsOf(path: string): Generator<SegmentContent> {
  const names = readdirSync(path).filter((name) => name.endsWith(SEGMENT_SUFFIX));
  for (const name of names.sort()) yield readSegment(join(path, name));
  for (const name of foldersIn(join(path, CLAIMED))) yield* segmentsOf(join(path, CLAIMED, name));
}

function readSegment(path: string): SegmentContent {
  const { texts, damaged } = readFrames(readFileSync(path));
  return { entries: texts.map(entryOf), damaged, writtenMs: statSync(path).mtimeMs };
}

/** Workers whose journals lie in a claimed folder. */
export function workersIn({ path, workerId }: Claimed): string[] {
  const inner = join(path, CLAIMED);
  return [
    workerId,
    ...foldersIn(inner).flatMap((name) => workersIn({ path: join(inner, name), workerId: name })),
  ];
}

/** Every worker whose journal lies in `dir` or in somebody's claims: what it has to say may not be settled yet. */
export function workersWithJournals(dir: string): string[] {
  return foldersIn(dir)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => workersIn({ path: join(dir, name), workerId: name }));
}

/** Deletes a claimed folder once all of it is settled. */
export function discard({ dir, workerId }: Claims, { path }: Claimed): void {
  rmSync(path, { recursive: true, force: true });
  const own = join(dir, workerId, CLAIMED);
  if (foldersIn(own).length === 0) rmdirSync(own);
}
