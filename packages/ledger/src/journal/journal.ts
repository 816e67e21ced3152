// A worker's journal: every admitted request and every finished row, in the kernel's hands before anyone is answered.
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@api-proxy/kit/clock';
import { SECOND_MS } from '@api-proxy/kit/duration';
import { messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';
import type { SettlementRow } from '../settlement/settlement-row.ts';
import { entryText, type OpenedRequest } from './entry.ts';
import { OWNER_FILE, writeOwner } from './owner.ts';
import { createSegments, type FsyncPolicy, type Segment, type Segments } from './segments.ts';

export type JournalOptions = {
  /** All workers' journals lie in this folder, each in one of its own; on a local disk. */
  readonly dir: string;
  /** Unique per process start. */
  readonly workerId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default `never`: what was written survives the end of the process, not a power cut. */
  readonly fsync?: FsyncPolicy;
  /** Size at which a new file begins; default 4 MiB. */
  readonly segmentBytes?: number;
  /** Size at which the journal calls itself full; default 1 GiB. */
  readonly capBytes?: number;
};

export type JournalStats = {
  readonly bytes: number;
  readonly segments: number;
  /** Requests that are open or whose row is not booked yet. */
  readonly needed: number;
  /** Records that the disk did not take. */
  readonly faults: number;
};

export type Journal = {
  /** A request is admitted. @throws what the file system throws: then it must not be. */
  open(request: OpenedRequest): void;
  /** A request ended with this row. Never throws: a row that the disk refuses is still booked from memory. */
  close(row: SettlementRow): void;
  /** An open request ended without a row; does nothing when it has one. Never throws. */
  release(requestId: string): void;
  /** The rows of these requests are in the database, or never will be. */
  committed(requestIds: readonly string[]): void;
  /** Whether new requests have to wait: at the size cap, and for a moment after the disk took no record. */
  full(): boolean;
  stats(): JournalStats;
  /** Ends writing. An empty journal is deleted; one that is needed is left for whoever replays it. */
  shut(): void;
};

const SEGMENT_BYTES = 4 * 1024 * 1024;
const CAP_BYTES = 1024 * 1024 * 1024;
const BEAT_MS = 5 * SECOND_MS;
const FAULT_PAUSE_MS = SECOND_MS;
/** From this many files on, requests that stay open for long are written anew, so that they keep no old file alive. */
const CROWDED = 4;

/** Makes the worker's folder. @throws what the file system throws. */
export function createJournal(options: JournalOptions): Journal {
  const journal = new WorkerJournal(options);
  return {
    open: (request) => journal.open(request),
    close: (row) => journal.close(row),
    release: (requestId) => journal.release(requestId),
    committed: (requestIds) => journal.committed(requestIds),
    full: () => journal.full(),
    stats: () => journal.stats(),
    shut: () => journal.shut(),
  };
}

/** Where a request's records lie; `request` as long as it is open. */
type Traces = { request: OpenedRequest | undefined; segments: Segment[] };

class WorkerJournal {
  readonly #options: JournalOptions;
  readonly #folder: string;
  readonly #traces = new Map<string, Traces>();
  readonly #beat: NodeJS.Timeout;
  #segments: Segments;
  #faults = 0;
  #faultMs = Number.NEGATIVE_INFINITY;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#folder = join(options.dir, options.workerId);
    this.#segments = this.#begin();
    this.#beat = setInterval(() => this.#sayAlive(), BEAT_MS).unref();
  }

  open(request: OpenedRequest): void {
    try {
      const segment = this.#segments.append(entryText({ kind: 'open', request }));
      const segments = this.#traces.get(request.requestId)?.segments ?? [];
      this.#traces.set(request.requestId, { request, segments: [...segments, segment] });
    } catch (error) {
      this.#fault(error);
      throw error;
    }
  }

  close(row: SettlementRow): void {
    try {
      this.#trace(row.requestId, this.#segments.append(entryText({ kind: 'close', row })));
    } catch (error) {
      this.#fault(error);
    }
  }

  release(requestId: string): void {
    const traces = this.#traces.get(requestId);
    if (!traces?.request) return;
    try {
      const segment = this.#segments.append(entryText({ kind: 'void', requestId }));
      this.#forget(requestId);
      this.#segments.release(segment);
    } catch (error) {
      this.#fault(error);
    }
  }

  committed(requestIds: readonly string[]): void {
    for (const requestId of requestIds) this.#forget(requestId);
    this.#carryOver();
  }

  full(): boolean {
    if (this.#options.clock.monotonicMs() - this.#faultMs < FAULT_PAUSE_MS) return true;
    return this.#segments.bytes() >= (this.#options.capBytes ?? CAP_BYTES);
  }

  stats(): JournalStats {
    return {
      bytes: this.#segments.bytes(),
      segments: this.#segments.all().length,
      needed: this.#traces.size,
      faults: this.#faults,
    };
  }

  shut(): void {
    clearInterval(this.#beat);
    try {
      this.#segments.close();
      // Without an owner, whatever is left may be taken over at once.
      rmSync(join(this.#folder, OWNER_FILE), { force: true });
      if (readdirSync(this.#folder).length === 0) rmdirSync(this.#folder);
    } catch (error) {
      this.#fault(error);
    }
  }

  #trace(requestId: string, segment: Segment): void {
    const traces = this.#traces.get(requestId);
    if (!traces) this.#traces.set(requestId, { request: undefined, segments: [segment] });
    else {
      traces.request = undefined;
      traces.segments.push(segment);
    }
  }

  #forget(requestId: string): void {
    const traces = this.#traces.get(requestId);
    if (!traces) return;
    this.#traces.delete(requestId);
    for (const segment of traces.segments) this.#segments.release(segment);
  }

  /** Writes the open requests of the oldest file again when nothing else keeps it. */
  #carryOver(): void {
    const [oldest, ...younger] = this.#segments.all();
    if (!oldest || younger.length < CROWDED) return;
    const kept = [...this.#traces.values()].filter(({ segments }) => segments.includes(oldest));
    if (kept.some(({ request }) => request === undefined)) return;
    for (const traces of kept) {
      if (!traces.request) continue;
      try {
        const segment = this.#segments.append(entryText({ kind: 'open', request: traces.request }));
        traces.segments = [...traces.segments.filter((known) => known !== oldest), segment];
      } catch (error) {
        this.#fault(error);
        return;
      }
      this.#segments.release(oldest);
    }
  }

  #begin(): Segments {
    const { dir, workerId, segmentBytes = SEGMENT_BYTES, fsync = 'never' } = this.#options;
    // Made under another name first: a journal is never seen without its owner.
    const making = join(dir, `.${workerId}`);
    mkdirSync(making, { recursive: true, mode: 0o700 });
    writeOwner(making);
    renameSync(making, this.#folder);
    return createSegments({
      ...{ folder: this.#folder, segmentBytes, fsync },
      onFault: (error) => this.#fault(error),
    });
  }

  /** The age of the owner file tells other hosts that this worker lives. */
  #sayAlive(): void {
    try {
      const now = new Date(this.#options.clock.nowMs());
      utimesSync(join(this.#folder, OWNER_FILE), now, now);
    } catch (error) {
      this.#fault(error);
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') this.#beginAgain();
    }
  }

  /** Another worker took this one for dead and has its records; what comes from now on goes to a new folder. */
  #beginAgain(): void {
    try {
      this.#segments.close();
      this.#traces.clear();
      this.#segments = this.#begin();
    } catch (error) {
      this.#fault(error);
    }
  }

  #fault(error: unknown): void {
    this.#faults++;
    this.#faultMs = this.#options.clock.monotonicMs();
    this.#options.logger.error({ error: messageOf(error) }, 'the journal can not be written');
  }
}
