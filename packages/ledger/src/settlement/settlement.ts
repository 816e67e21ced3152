// The queue of finished requests and its background writer: batches by size or time, back-off while the database is away.
import type { Database } from '@api-proxy/db/database';
import type { Clock } from '@api-proxy/kit/clock';
import { SECOND_MS, sleep } from '@api-proxy/kit/duration';
import { AppError, messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';
import { createZoneReader } from '@api-proxy/kit/window';
import { sqlState } from './database-fault.ts';
import { type Holds, NO_HOLDS } from './holds.ts';
import { type SettleContext, settleBatch } from './settle-batch.ts';
import { chargeOf, type SettlementRow } from './settlement-row.ts';

export type SettlementOptions = {
  /** A pool of its own with one connection serves best: there is one writer. */
  readonly db: Database;
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
  close(row: SettlementRow): void;
  /** Calls `then` once the kernel has the rows so far, or the disk refused them; at once when nothing waits. */
  whenWritten(then: () => void): void;
  /** These rows are in the database, or never will be: the log has what was refused. */
  committed(requestIds: readonly string[]): void;
};

export type PoisonRow = { readonly row: SettlementRow; readonly error: string };

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

const BATCH_ROWS = 500;
/** Behind by more than two batches, larger ones catch up: budgets and roll-ups are then written once for more rows. */
const BEHIND_BATCHES = 2;
const BEHIND_FACTOR = 4;
const FLUSH_MS = 200;
const CLOSE_DEADLINE_MS = 10 * SECOND_MS;
const BACK_OFF_FIRST_MS = 100;
const BACK_OFF_MAX_MS = 5 * SECOND_MS;
const POISON_KEPT = 100;

export function createSettlement(options: SettlementOptions): Settlement {
  const writer = new SettlementWriter(options);
  return {
    settle: (row) => writer.settle(row),
    whenWritten: (then) => writer.whenWritten(then),
    flush: () => writer.flush(),
    close: () => writer.close(),
    pending: () => writer.pending(),
    stats: () => writer.stats(),
    poisoned: () => writer.poison,
  };
}

class SettlementWriter {
  readonly poison: PoisonRow[] = [];
  readonly #options: SettlementOptions;
  readonly #context: SettleContext;
  readonly #holds: Holds;
  readonly #batchRows: number;
  readonly #queue: { row: SettlementRow; queuedMs: number }[] = [];
  readonly #counts = { booked: 0, duplicates: 0, poisoned: 0, retries: 0, outages: 0 };
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  /** Rows yet to be written before a batch may wait for company again. */
  #wanted = 0;
  #failures = 0;
  #lastError: unknown;

  constructor(options: SettlementOptions) {
    const zones = createZoneReader();
    this.#options = options;
    this.#holds = options.holds ?? NO_HOLDS;
    this.#batchRows = options.batchRows ?? BATCH_ROWS;
    this.#context = {
      db: options.db,
      clock: options.clock,
      workerId: options.workerId,
      holds: this.#holds,
      random: options.random ?? Math.random,
      zone: () => zones(options.timeZone()),
      onPoison: (row, error) => this.#keepPoison(row, error),
    };
  }

  settle(row: SettlementRow): void {
    this.#options.journal?.close(row);
    try {
      this.#holds.spend(row.requestId, chargeOf(row));
    } catch (error) {
      this.#options.logger.error(
        { requestId: row.requestId, error: messageOf(error) },
        'hold not turned into cost',
      );
    }
    this.#queue.push({ row, queuedMs: this.#options.clock.monotonicMs() });
    if (this.#running || this.#failures > 0) return;
    if (this.#queue.length >= this.#batchRows) this.#start();
    else this.#arm(this.#options.flushMs ?? FLUSH_MS);
  }

  whenWritten(then: () => void): void {
    const { journal } = this.#options;
    if (journal) journal.whenWritten(then);
    else then();
  }

  pending(): number {
    return this.#queue.length;
  }

  stats(): SettlementStats {
    const oldest = this.#queue[0];
    return { ...this.#counts, lagMs: oldest ? this.#options.clock.monotonicMs() - oldest.queuedMs : 0 };
  }

  async flush(): Promise<void> {
    // A run under way may be past its last look at the queue, so a second one follows it.
    for (let run = 0; run < 2 && this.#queue.length > 0; run++) {
      this.#wanted = this.#queue.length;
      await this.#start();
      if (this.#failures > 0) break;
    }
    if (this.#failures === 0) return;
    throw new AppError({
      code: 'settlement_unavailable',
      status: 503,
      message: 'Finished requests can not be booked at the moment.',
      cause: this.#lastError,
    });
  }

  async close(): Promise<void> {
    const { clock, logger, closeDeadlineMs = CLOSE_DEADLINE_MS } = this.#options;
    const deadlineMs = clock.monotonicMs() + closeDeadlineMs;
    while (this.#queue.length > 0) {
      try {
        await this.flush();
      } catch (error) {
        const leftMs = deadlineMs - clock.monotonicMs();
        if (leftMs <= 0) {
          logger.error({ rows: this.#queue.length, error: messageOf(error) }, 'closed with rows not booked');
          // Without a journal, the log is then the only place that still knows them.
          if (this.#options.journal) break;
          for (const { row } of this.#queue) logger.error({ row: printable(row) }, 'not booked');
          break;
        }
        await sleep(Math.min(this.#backOffMs(), leftMs));
      }
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(delayMs: number): void {
    this.#timer ??= setTimeout(() => void this.#start(), delayMs);
  }

  #start(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#queue.length === 0) return;
      if (this.#failures > 0) this.#arm(this.#backOffMs());
      else if (this.#queue.length >= this.#batchRows) this.#arm(0);
      else this.#arm(this.#options.flushMs ?? FLUSH_MS);
    });
    return this.#running;
  }

  /** Writes at least one batch, goes on while batches are full or a flush waits; ends at the first outage. */
  async #run(): Promise<void> {
    do {
      const behind = this.#queue.length > this.#batchRows * BEHIND_BATCHES;
      const size = behind ? this.#batchRows * BEHIND_FACTOR : this.#batchRows;
      const batch = this.#queue.slice(0, size).map(({ row }) => row);
      if (batch.length === 0) return;
      try {
        const settled = await settleBatch(this.#context, batch);
        this.#counts.booked += settled.booked;
        this.#counts.duplicates += settled.duplicates;
        this.#counts.retries += settled.retries;
      } catch (error) {
        this.#noteOutage(error);
        return;
      }
      this.#queue.splice(0, batch.length);
      this.#options.journal?.committed(batch.map(({ requestId }) => requestId));
      this.#wanted -= batch.length;
      this.#failures = 0;
    } while (this.#wanted > 0 || this.#queue.length >= this.#batchRows);
  }

  #noteOutage(error: unknown): void {
    this.#failures++;
    this.#counts.outages++;
    this.#lastError = error;
    this.#options.logger.error(
      { error: causeText(error), sqlState: sqlState(error), rows: this.#queue.length },
      'settlement put off: the database does not take it',
    );
  }

  #backOffMs(): number {
    const ceiling = Math.min(BACK_OFF_FIRST_MS * 2 ** Math.min(this.#failures, 10), BACK_OFF_MAX_MS);
    return ceiling * (0.5 + this.#context.random() / 2);
  }

  #keepPoison(row: SettlementRow, error: unknown): void {
    this.#counts.poisoned++;
    this.poison.push({ row, error: causeText(error) });
    if (this.poison.length > POISON_KEPT) this.poison.shift();
    this.#options.logger.error(
      { requestId: row.requestId, error: causeText(error), sqlState: sqlState(error), row: printable(row) },
      'a finished request can not be booked',
    );
  }
}

/** The innermost message: a query error's own text repeats the whole statement with its parameters. */
function causeText(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}

/** The whole row as JSON text, so that a person can book it by hand from the log. */
function printable(row: SettlementRow): string {
  return JSON.stringify(row, (_name, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}
