// A worker's journal: every admitted request and every finished row, written once a turn, before anyone is answered.
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@api-proxy/kit/clock';
import { SECOND_MS } from '@api-proxy/kit/duration';
import { messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';
import type { EndedRow } from '../settlement/prepared-row.ts';
import { Backlog, type Traces, type WaitingRecord } from './backlog.ts';
import { closeStretch, type OpenedRequest, openText, voidText } from './entry.ts';
import { OWNER_FILE, writeOwner } from './owner.ts';
import { createSegments, type FsyncPolicy, type Segment, type Segments } from './segments.ts';
import { createTurn, type Turn } from './turn.ts';

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
  /** On disk, and of records that wait for it. */
  readonly bytes: number;
  readonly segments: number;
  /** Requests that are open or whose row is not booked yet. */
  readonly needed: number;
  /** Batches that the disk did not take whole, and its other complaints. */
  readonly faults: number;
};

/** Records are written together when the turn of the event loop ends in which they came; {@link Journal.whenWritten} waits for that. */
export type Journal = {
  /**
   * A request is admitted. After a batch that the disk refused each admission is written at once, until one succeeds.
   * @throws what the file system throws then: the request must not be admitted.
   */
  open(request: OpenedRequest): void;
  /** A request ended with this row. Never throws: a row that the disk refuses is still booked from memory. */
  close(row: EndedRow): void;
  /** Calls `then` once the kernel has what was said so far, or the disk refused it; at once when nothing waits. */
  whenWritten(then: () => void): void;
  /** An open request ended without a row; does nothing when it has one. Never throws. */
  release(requestId: string): void;
  /** The rows of these requests are in the database, or never will be. */
  committed(requestIds: readonly string[]): void;
  /** Whether new requests have to wait: at the size cap, and for a moment after the disk took no record. */
  full(): boolean;
  stats(): JournalStats;
  /** Writes what waits, then ends writing. An empty journal is deleted; one that is needed is left for whoever replays it. */
  shut(): void;
};

const SEGMENT_BYTES = 4 * 1024 * 1024;
const CAP_BYTES = 1024 * 1024 * 1024;
const NO_SEGMENTS: readonly Segment[] = [];
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
    whenWritten: (then) => journal.whenWritten(then),
    release: (requestId) => journal.release(requestId),
    committed: (requestIds) => journal.committed(requestIds),
    full: () => journal.full(),
    stats: () => journal.stats(),
    shut: () => journal.shut(),
  };
}

class WorkerJournal {
  readonly #options: JournalOptions;
  readonly #folder: string;
  readonly #traces = new Map<string, Traces>();
  readonly #beat: NodeJS.Timeout;
  readonly #turn: Turn;
  readonly #backlog = new Backlog();
  #segments: Segments;
  /** Whether the disk refused the latest write. */
  #broken = false;
  #faults = 0;
  #faultMs = Number.NEGATIVE_INFINITY;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#folder = join(options.dir, options.workerId);
    this.#segments = this.#begin();
    this.#turn = createTurn(() => void this.#write(), options.logger);
    this.#beat = setInterval(() => this.#sayAlive(), BEAT_MS).unref();
  }

  open(request: OpenedRequest): void {
    const { requestId } = request;
    const traces = this.#tracesOf(requestId);
    traces.request = request;
    this.#backlog.add({ entry: 'open', requestId, traces, payload: openText(request) });
    if (this.#broken) this.#openNow(requestId);
    else this.#turn.use();
  }

  #openNow(requestId: string): void {
    const error = this.#write();
    if (error === undefined) return;
    this.release(requestId);
    throw error;
  }

  close(row: EndedRow): void {
    const { requestId } = row;
    const traces = this.#tracesOf(requestId);
    traces.request = undefined;
    this.#backlog.add({ entry: 'close', requestId, traces, payload: closeStretch(row) });
    this.#turn.use();
  }

  whenWritten(then: () => void): void {
    this.#turn.after(then);
  }

  release(requestId: string): void {
    const traces = this.#traces.get(requestId);
    if (!traces?.request) return;
    traces.request = undefined;
    // Of what no file tells, none has to be told that it ended.
    if (traces.segments.length === 0) this.#forget(requestId);
    else {
      this.#backlog.add({ entry: 'void', requestId, traces, payload: voidText(requestId) });
      this.#turn.use();
    }
  }

  committed(requestIds: readonly string[]): void {
    for (const requestId of requestIds) this.#forget(requestId);
    this.#carryOver();
  }

  full(): boolean {
    if (this.#options.clock.monotonicMs() - this.#faultMs < FAULT_PAUSE_MS) return true;
    return this.#bytes() >= (this.#options.capBytes ?? CAP_BYTES);
  }

  stats(): JournalStats {
    return {
      bytes: this.#bytes(),
      segments: this.#segments.all().length,
      needed: this.#traces.size,
      faults: this.#faults,
    };
  }

  shut(): void {
    clearInterval(this.#beat);
    this.#turn.end();
    try {
      this.#segments.close();
      // Without an owner, whatever is left may be taken over at once.
      rmSync(join(this.#folder, OWNER_FILE), { force: true });
      if (readdirSync(this.#folder).length === 0) rmdirSync(this.#folder);
    } catch (error) {
      this.#fault(error);
    }
  }

  #bytes(): number {
    return this.#segments.bytes() + this.#backlog.bytes;
  }

  #tracesOf(requestId: string): Traces {
    let traces = this.#traces.get(requestId);
    if (!traces) {
      traces = { request: undefined, segments: NO_SEGMENTS, waitingBytes: 0, settled: false };
      this.#traces.set(requestId, traces);
    }
    return traces;
  }

  /** Writes what waits and is still needed; what the disk refuses goes on waiting. Gives what the file system threw. */
  #write(): unknown {
    const records = this.#backlog.take();
    if (records.length === 0) return undefined;
    const { segment, taken, error } = this.#segments.write(records.map(({ payload }) => payload));
    for (const [index, record] of records.entries()) {
      if (segment && index < taken) this.#written(record, segment);
      else this.#backlog.add(record);
    }
    this.#broken = error !== undefined;
    if (this.#broken) this.#fault(error);
    return error;
  }

  #written({ entry, requestId, traces }: WaitingRecord, segment: Segment): void {
    if (traces.settled) this.#segments.release(segment);
    else if (entry === 'void') this.#takenBack(requestId, segment);
    // Lists of just that length: what `push` makes has room for seventeen, and hundreds of them wait at a time.
    else traces.segments = [...traces.segments, segment];
  }

  /** Without the word that it never was, a request whose beginning is still in a file would be found open after a crash. */
  #takenBack(requestId: string, segment: Segment): void {
    const told = this.#traces.get(requestId)?.segments ?? [];
    this.#forget(requestId);
    this.#segments.releaseAfter(segment, told);
  }

  #forget(requestId: string): void {
    const traces = this.#traces.get(requestId);
    if (!traces) return;
    this.#traces.delete(requestId);
    this.#backlog.settle(traces);
    for (const segment of traces.segments) this.#segments.release(segment);
  }

  /** Writes the open requests of the oldest file again when nothing else keeps it. */
  #carryOver(): void {
    const [oldest, ...younger] = this.#segments.all();
    if (!oldest || younger.length < CROWDED) return;
    const kept = [...this.#traces.values()].filter(({ segments }) => segments.includes(oldest));
    if (kept.some(({ request }) => request === undefined)) return;
    const texts = kept.flatMap(({ request }) => (request ? [openText(request)] : []));
    if (texts.length === 0) return;
    const { segment, taken, error } = this.#segments.write(texts);
    if (error !== undefined) this.#fault(error);
    if (!segment) return;
    for (const traces of kept.slice(0, taken)) {
      traces.segments = [...traces.segments.filter((known) => known !== oldest), segment];
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
    // What the disk refused is tried again, also when nothing else comes.
    if (this.#broken) this.#write();
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
      // What still waits goes to the new folder, too.
      for (const [requestId, traces] of this.#traces) {
        traces.segments = NO_SEGMENTS;
        if (!this.#backlog.has(traces)) this.#traces.delete(requestId);
      }
      this.#segments = this.#begin();
      this.#write();
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
