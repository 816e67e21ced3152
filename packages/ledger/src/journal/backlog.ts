// Records on their way to a file: those of the turn, behind those that the disk refused before.
import type { Entry, OpenedRequest } from './entry.ts';
import { type Payload, sizeOf } from './frame.ts';
import type { Segment } from './segments.ts';

/** Where a request's records lie; `request` as long as it is open; once `settled`, none of them is needed. */
export type Traces = {
  request: OpenedRequest | undefined;
  segments: readonly Segment[];
  /** Of its records in the backlog. */
  waitingBytes: number;
  settled: boolean;
};

export type WaitingRecord = {
  readonly entry: Entry['kind'];
  readonly requestId: string;
  readonly traces: Traces;
  readonly payload: Payload;
};

export class Backlog {
  #records: WaitingRecord[] = [];
  #bytes = 0;

  /** Of records that are still needed; about as many as they will take on disk. */
  get bytes(): number {
    return this.#bytes;
  }

  add(record: WaitingRecord): void {
    this.#records.push(record);
    const size = sizeOf(record.payload);
    record.traces.waitingBytes += size;
    this.#bytes += size;
  }

  /** Empties it; gives what is still needed, in the order in which it came. */
  take(): readonly WaitingRecord[] {
    const records = this.#records.filter(({ traces }) => !traces.settled);
    for (const { traces } of records) traces.waitingBytes = 0;
    this.#records = [];
    this.#bytes = 0;
    return records;
  }

  /** None of a request's records is needed any more. */
  settle(traces: Traces): void {
    traces.settled = true;
    this.#bytes -= traces.waitingBytes;
    traces.waitingBytes = 0;
  }

  has(traces: Traces): boolean {
    return traces.waitingBytes > 0;
  }
}
