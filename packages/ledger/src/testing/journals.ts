// Folders for journals, and what is left in them when a worker dies.
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@api-proxy/kit/clock';
import { silentLogger } from '@api-proxy/kit/logger';
import type { Entry, OpenedRequest } from '../journal/entry.ts';
import { createJournal, type Journal, type JournalOptions } from '../journal/journal.ts';
import { OWNER_FILE } from '../journal/owner.ts';
import { SEGMENT_SUFFIX } from '../journal/segments.ts';
import { segmentsOf } from '../journal/takeover.ts';

export type Folders = {
  /** An empty folder. */
  make(): string;
  /** A journal that ends before the folders are removed; else its sign of life would make its folder anew. */
  journal(dir: string, options?: Partial<JournalOptions>): Journal;
  endsWithFolders(journal: Journal | undefined): void;
  removeAll(): void;
};

export function createFolders(): Folders {
  const made: string[] = [];
  const journals: Journal[] = [];
  return {
    journal(dir, options) {
      const journal = journalIn(dir, options);
      journals.push(journal);
      return journal;
    },
    endsWithFolders: (journal) => void (journal && journals.push(journal)),
    make() {
      const folder = mkdtempSync(join(tmpdir(), 'ledger-journal-'));
      made.push(folder);
      return folder;
    },
    removeAll() {
      for (const journal of journals.splice(0)) journal.shut();
      for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A streamed chat request that begins now. */
export function opening(requestId: string): OpenedRequest {
  return {
    requestId,
    ...{ startedAtMs: Date.now(), userId: 'usr_1', keyId: 'key_1', upperBoundNanoUsd: 5_000n },
    ...{ protocolIn: 'openai-chat', operation: 'generate', modelAsked: 'gpt-test', stream: true },
  };
}

function idOf(entry: Entry): string {
  if (entry.kind === 'open') return entry.request.requestId;
  return entry.kind === 'close' ? entry.row.requestId : entry.requestId;
}

/** What the segments of a folder say, in their order, and how many stretches of them are no records. */
export function read(path: string): { said: string[]; damaged: number } {
  const segments = [...segmentsOf(path)];
  const entries = segments.flatMap((segment) => segment.entries);
  return {
    said: entries.map((entry) => `${entry.kind} ${idOf(entry)}`),
    damaged: segments.reduce((sum, segment) => sum + segment.damaged, 0),
  };
}

/** Resolves when what was said to it so far is in its file. */
export function written(journal: Pick<Journal, 'whenWritten'>): Promise<void> {
  return new Promise((resolve) => journal.whenWritten(resolve));
}

function journalIn(dir: string, options: Partial<JournalOptions> = {}): Journal {
  return createJournal({ dir, workerId: 'wrk_a', clock: systemClock, logger: silentLogger, ...options });
}

export function segmentPaths(dir: string, workerId = 'wrk_a'): string[] {
  const folder = join(dir, workerId);
  const names = readdirSync(folder).filter((name) => name.endsWith(SEGMENT_SUFFIX));
  return names.sort().map((name) => join(folder, name));
}

/** Makes a worker's folder look as its process left it when it was killed; no process ever has this id. */
export function killOwner(dir: string, workerId = 'wrk_a'): void {
  writeFileSync(join(dir, workerId, OWNER_FILE), [hostname(), 2 ** 30, ''].join('\n'));
}

/** Puts a folder under another worker's name. */
export function moveIntoClaims(dir: string, from: string, into: string): void {
  mkdirSync(join(dir, into, 'claimed'), { recursive: true });
  renameSync(join(dir, from), join(dir, into, 'claimed', from));
}
