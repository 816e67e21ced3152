// What a settlement is made of, and what it promises.
import type { BulkTransaction } from '@api-proxy/db/bulk';
import type { Database } from '@api-proxy/db/database';
import type { Clock } from '@api-proxy/kit/clock';
import type { Logger } from '@api-proxy/kit/logger';
import type { Holds } from './holds.ts';
import type { PoisonRow } from './poison.ts';
import type { EndedRow } from './prepared-row.ts';
import type { SettlementRow } from './settlement-row.ts';

export type SettlementOptions = {
  /** A pool of its own with as many connections as `lanes` serves best. */
  readonly db: Database;
  /** The same pool's transactions with COPY, where the database takes it. */
  readonly bulk?: BulkTransaction | undefined;
  /** Batches on their way at once while it is behind; default 1. */
  readonly lanes?: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly workerId: string;
  /** IANA name of the zone of the quota windows, read at each batch. */
  readonly timeZone: () => string;
  readonly holds?: Holds;
  /** Where a row is written down when the turn ends; without one, the end of the process loses what waits. */
  readonly journal?: RowJournal;
  /** Rows per transaction, four times as many while it is behind; default 500. */
  readonly batchRows?: number;
  /** Longest that a row waits for company; default 200 ms. */
  readonly flushMs?: number;
  /** How long `close` goes on trying while the database is away; default 10 s. */
  readonly closeDeadlineMs?: number;
  /** A number in [0, 1) for jitter; default Math.random. */
  readonly random?: () => number;
};

/** The part of a journal that the settlement needs. */
export type RowJournal = {
  /** Never throws. */
  close(row: EndedRow): void;
  /** Calls `then` once the kernel has the rows so far, or the disk refused them; at once when nothing waits. */
  whenWritten(then: () => void): void;
  /** These rows are in the database, or never will be: the log has what was refused. */
  committed(requestIds: readonly string[]): void;
};

export type SettlementStats = {
  /** Rows stored since the start. */
  readonly booked: number;
  /** Rows that had been stored before. */
  readonly duplicates: number;
  /** Rows that the database refuses for what they contain. */
  readonly poisoned: number;
  /** Batches tried again after a collision. */
  readonly retries: number;
  /** Batches put off because the database was away. */
  readonly outages: number;
  /** Age of the oldest row that waits, in ms; 0 when none does. */
  readonly lagMs: number;
};

export type Settlement = {
  /** Queues a finished request; idempotent by request id; never throws. */
  settle(row: SettlementRow): void;
  /** Calls `then`, which must not throw, once the journal has what was settled so far; at once without a journal. */
  whenWritten(then: () => void): void;
  /** Resolves when all that was queued is stored. @throws AppError `settlement_unavailable` when the database is away. */
  flush(): Promise<void>;
  /** Flushes with patience, then stops; what could not be stored is named in the log. */
  close(): Promise<void>;
  /** Rows that wait. */
  pending(): number;
  stats(): SettlementStats;
  /** The latest rows that were refused, oldest first, 100 at most. */
  poisoned(): readonly PoisonRow[];
};
