// The segment files of one journal: append, rotate, and delete each as soon as nothing in it is needed any more.
import { closeSync, fdatasync, fdatasyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createFramer, type Payload } from './frame.ts';

/** How far a record has to be on its way to the disk; see the package's README. */
export type FsyncPolicy = 'never' | 'batch' | 'always';

export const SEGMENT_SUFFIX = '.seg';

/** One file; `needed` counts its records that are not settled for good. */
export type Segment = {
  readonly path: string;
  bytes: number;
  needed: number;
  /** Later files that take back what this one says: they stay for as long as it does. */
  readonly followers: Set<Segment>;
};

export type SegmentsOptions = {
  readonly folder: string;
  readonly segmentBytes: number;
  readonly fsync: FsyncPolicy;
  /** An fsync in the background failed. */
  onFault(error: unknown): void;
};

/** What became of a batch. */
export type Written = {
  /** The file that has them; undefined when none could be made. */
  readonly segment: Segment | undefined;
  /** How many of the records, from the first on, the kernel has whole; each is needed in the segment. */
  readonly taken: number;
  /** What the file system threw, or undefined; also when it took all of them and refused to sync. */
  readonly error: unknown;
};

export type Segments = {
  /** Hands records of these, at least one, to the kernel before it returns: one write, one file. Never throws. */
  write(payloads: readonly Payload[]): Written;
  /** A record of the segment is settled for good. */
  release(segment: Segment): void;
  /** The same, of a record that takes back what those `earlier` files say: its file outlives them. */
  releaseAfter(segment: Segment, earlier: readonly Segment[]): void;
  /** Oldest first; the last one is written to. */
  all(): readonly Segment[];
  bytes(): number;
  /** Ends writing; files that are needed stay. */
  close(): void;
};

/** A file that is written to is only replaced, not deleted at each quiet moment: that would cost more than it saves. */
const QUIET_ROTATION_SHARE = 16;

export function createSegments(options: SegmentsOptions): Segments {
  const files = new SegmentFiles(options);
  return {
    write: (payloads) => files.write(payloads),
    release: (segment) => files.release(segment),
    releaseAfter: (segment, earlier) => files.releaseAfter(segment, earlier),
    all: () => files.segments,
    bytes: () => files.bytes,
    close: () => files.close(),
  };
}

type Active = { readonly segment: Segment; readonly fd: number };

class SegmentFiles {
  readonly segments: Segment[] = [];
  bytes = 0;
  readonly #options: SegmentsOptions;
  readonly #framer = createFramer();
  #active: Active | undefined;
  #drawn = 0;
  #syncing = false;
  #dirty = false;

  constructor(options: SegmentsOptions) {
    this.#options = options;
  }

  write(payloads: readonly Payload[]): Written {
    let segment: Segment | undefined;
    let taken = 0;
    let error: unknown;
    try {
      const active = this.#writable();
      segment = active.segment;
      const ends = payloads.map((payload) => this.#framer.add(payload));
      const put = this.#put(active, this.#framer.take());
      const { bytes } = put;
      this.bytes += bytes;
      segment.bytes += bytes;
      error = put.error;
      taken = error === undefined ? ends.length : ends.filter((end) => end <= bytes).length;
      segment.needed += taken;
      // What follows a torn record belongs into a new file.
      if (error !== undefined) this.#retire();
      else if (this.#options.fsync === 'batch') this.#syncSoon();
    } catch (thrown) {
      this.#framer.take();
      error = thrown;
    }
    return { segment, taken, error };
  }

  /** How many bytes the kernel took, and why it took no more. */
  #put({ fd }: Active, records: Buffer): { readonly bytes: number; readonly error: unknown } {
    let bytes = 0;
    try {
      while (bytes < records.length) bytes += writeSync(fd, records, bytes);
      if (this.#options.fsync === 'always') fdatasyncSync(fd);
      return { bytes, error: undefined };
    } catch (error) {
      return { bytes, error };
    }
  }

  release(segment: Segment): void {
    segment.needed--;
    if (segment.needed > 0) return;
    if (this.#active?.segment !== segment) this.#delete(segment);
    else if (segment.bytes * QUIET_ROTATION_SHARE >= this.#options.segmentBytes) this.#retire();
  }

  releaseAfter(segment: Segment, earlier: readonly Segment[]): void {
    for (const told of earlier) {
      if (told === segment || !this.segments.includes(told) || told.followers.has(segment)) continue;
      told.followers.add(segment);
      segment.needed++;
    }
    this.release(segment);
  }

  close(): void {
    if (this.#active && this.#options.fsync !== 'never') fdatasyncSync(this.#active.fd);
    this.#retire();
  }

  #writable(): Active {
    if (this.#active && this.#active.segment.bytes >= this.#options.segmentBytes) this.#retire();
    if (this.#active) return this.#active;
    this.#drawn++;
    const path = join(this.#options.folder, `${String(this.#drawn).padStart(10, '0')}${SEGMENT_SUFFIX}`);
    const segment: Segment = { path, bytes: 0, needed: 0, followers: new Set() };
    this.#active = { segment, fd: openSync(path, 'ax', 0o600) };
    this.segments.push(segment);
    return this.#active;
  }

  #retire(): void {
    if (!this.#active) return;
    const { segment, fd } = this.#active;
    this.#active = undefined;
    if (this.#options.fsync === 'batch') fdatasync(fd, (error) => this.#synced(fd, error));
    else closeSync(fd);
    if (segment.needed <= 0) this.#delete(segment);
  }

  #synced(fd: number, error: Error | null): void {
    if (error) this.#options.onFault(error);
    closeSync(fd);
  }

  #delete(segment: Segment): void {
    const place = this.segments.indexOf(segment);
    if (place === -1) return;
    this.segments.splice(place, 1);
    this.bytes -= segment.bytes;
    try {
      unlinkSync(segment.path);
    } catch (error) {
      // The folder may have been taken over; what is read again from it is known to be settled.
      this.#options.onFault(error);
    }
    for (const follower of segment.followers) this.release(follower);
  }

  /** One fsync at a time in the background; what is written meanwhile is covered by the next. */
  #syncSoon(): void {
    this.#dirty = true;
    if (this.#syncing) return;
    const fd = this.#active?.fd;
    if (fd === undefined) return;
    this.#syncing = true;
    this.#dirty = false;
    setImmediate(() => {
      // The file may have been retired meanwhile, with an fsync of its own.
      if (this.#active?.fd !== fd) return this.#syncDone();
      fdatasync(fd, (error) => {
        if (error && this.#active?.fd === fd) this.#options.onFault(error);
        this.#syncDone();
      });
    });
  }

  #syncDone(): void {
    this.#syncing = false;
    if (this.#dirty) this.#syncSoon();
  }
}
