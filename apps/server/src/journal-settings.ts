// What of a worker's settings concerns its journal.
import path from 'node:path';
import type { WorkerSettings } from './child-messages.ts';

const LARGEST_SEGMENT_BYTES = 4 * 1024 * 1024;
const SEGMENTS_TO_CAP = 16;

type JournalSettings = Pick<WorkerSettings, 'role' | 'dataDir' | 'journalCapBytes' | 'journalFsync'>;

/** A small cap gets small files, since a file goes only as a whole; an instance without a data plane needs no journal. */
export function journalOf({
  role,
  dataDir,
  journalCapBytes: capBytes,
  journalFsync: fsync,
}: JournalSettings) {
  if (role === 'console') return {};
  const segmentBytes = Math.min(LARGEST_SEGMENT_BYTES, Math.floor(capBytes / SEGMENTS_TO_CAP));
  return { journalDir: path.join(dataDir, 'journal'), journal: { capBytes, segmentBytes, fsync } };
}
