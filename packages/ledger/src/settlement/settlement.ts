// The queue of finished requests and its background writer: batches by size or time, back-off while the database is away.
import { SECOND_MS, sleep } from '@api-proxy/kit/duration';
import { AppError, messageOf } from '@api-proxy/kit/error';
import { createZoneReader } from '@api-proxy/kit/window';
import { sqlState } from './database-fault.ts';
import { type Holds, NO_HOLDS } from './holds.ts';
import { causeText, PoisonShelf, printable } from './poison.ts';
import { type PreparedRow, prepareRow, rowOfPrepared } from './prepared-row.ts';
import { type SettleContext, settleBatch } from './settle-batch.ts';
import type { Settlement, SettlementOptions, SettlementStats } from './settlement-contract.ts';
import type { SettlementRow } from './settlement-row.ts';
import { TextSlabs } from './text-slabs.ts';

const BATCH_ROWS = 500;
/** Behind by more than two batches, larger ones catch up: budgets and roll-ups are then written once for more rows. */
const BEHIND_BATCHES = 2;
const BEHIND_FACTOR = 4;
const FLUSH_MS = 200;
const CLOSE_DEADLINE_MS = 10 * SECOND_MS;
const BACK_OFF_FIRST_MS = 100;
const BACK_OFF_MAX_MS = 5 * SECOND_MS;

/** Batches after one another and beside each other, up to the first that the database does not take. */
type Run = { readonly lanes: Promise<void>[]; taken: boolean };

type Waiting = { readonly row: PreparedRow; readonly queuedMs: number };

export function createSettlement(options: SettlementOptions): Settlement {
  const writer = new SettlementWriter(options);
  return {
    settle: (row) => writer.settle(row),
    whenWritten: (then) => writer.whenWritten(then),
    flush: () => writer.flush(),
    close: () => writer.close(),
    pending: () => writer.pending(),
    stats: () => writer.stats(),
    poisoned: () => writer.poison.rows,
  };
}

class SettlementWriter {
  readonly poison: PoisonShelf;
  readonly #options: SettlementOptions;
  readonly #context: SettleContext;
  readonly #holds: Holds;
  readonly #batchRows: number;
  readonly #slabs = new TextSlabs();
  /** Rows that no batch took yet. */
  #queue: Waiting[] = [];
  /** Batches on their way to the database. */
  readonly #writing = new Set<readonly Waiting[]>();
  readonly #counts = { booked: 0, duplicates: 0, retries: 0, outages: 0 };
  #timer: NodeJS.Timeout | undefined;
  /** Tells whether the database took all of it. */
  #running: Promise<boolean> | undefined;
  /** Lanes at work. */
  #open = 0;
  /** Rows yet to be written before a batch may wait for company again. */
  #wanted = 0;
  #failures = 0;
  #lastError: unknown;

  constructor(options: SettlementOptions) {
    const zones = createZoneReader();
    this.#options = options;
    this.poison = new PoisonShelf(options.logger);
    this.#holds = options.holds ?? NO_HOLDS;
    this.#batchRows = options.batchRows ?? BATCH_ROWS;
    this.#context = {
      db: options.db,
      bulk: options.bulk,
      clock: options.clock,
      workerId: options.workerId,
      holds: this.#holds,
      random: options.random ?? Math.random,
      zone: () => zones(options.timeZone()),
      onPoison: (row, error) => this.poison.keep(row, error),
    };
  }

  settle(finished: SettlementRow): void {
    const row = prepareRow(finished, { copies: this.#options.bulk !== undefined, slabs: this.#slabs });
    this.#options.journal?.close(row);
    try {
      this.#holds.spend(row.requestId, row.charge);
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
    let count = this.#queue.length;
    for (const batch of this.#writing) count += batch.length;
    return count;
  }

  stats(): SettlementStats {
    let oldestMs = this.#queue[0]?.queuedMs ?? Number.POSITIVE_INFINITY;
    for (const [first] of this.#writing) oldestMs = Math.min(oldestMs, first?.queuedMs ?? oldestMs);
    const waits = oldestMs < Number.POSITIVE_INFINITY;
    return {
      ...this.#counts,
      poisoned: this.poison.count,
      lagMs: waits ? this.#options.clock.monotonicMs() - oldestMs : 0,
    };
  }

  async flush(): Promise<void> {
    // A run under way may be past its last look at the queue, so a second one follows it.
    let taken = true;
    for (let run = 0; taken && run < 2 && this.pending() > 0; run++) {
      this.#wanted = this.#queue.length;
      taken = await this.#start();
    }
    if (taken) return;
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
    while (this.pending() > 0) {
      try {
        await this.flush();
      } catch (error) {
        const leftMs = deadlineMs - clock.monotonicMs();
        if (leftMs <= 0) {
          logger.error({ rows: this.pending(), error: messageOf(error) }, 'closed with rows not booked');
          // Without a journal, the log is then the only place that still knows them.
          if (this.#options.journal) break;
          for (const { row } of this.#queue)
            logger.error({ row: printable(rowOfPrepared(row)) }, 'not booked');
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

  #start(): Promise<boolean> {
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
  async #run(): Promise<boolean> {
    const run: Run = { lanes: [], taken: true };
    this.#openLane(run);
    // Lanes that open on the way are waited for, too.
    for (const lane of run.lanes) await lane;
    return run.taken;
  }

  #openLane(run: Run): void {
    this.#open++;
    const lane = this.#work(run).finally(() => {
      this.#open--;
    });
    run.lanes.push(lane);
  }

  /** One batch after the other, beside other lanes while there is enough. */
  async #work(run: Run): Promise<void> {
    for (
      let batch = this.#take();
      batch.length > 0;
      batch = run.taken && this.#goesOn() ? this.#take() : []
    ) {
      const written = this.#write(batch);
      if (this.#goesOn() && this.#open < (this.#options.lanes ?? 1)) this.#openLane(run);
      if (!(await written)) run.taken = false;
    }
  }

  #goesOn(): boolean {
    return this.#wanted > 0 || this.#queue.length >= this.#batchRows;
  }

  #take(): readonly Waiting[] {
    const behind = this.#queue.length > this.#batchRows * BEHIND_BATCHES;
    const batch = this.#queue.splice(0, behind ? this.#batchRows * BEHIND_FACTOR : this.#batchRows);
    this.#wanted -= batch.length;
    return batch;
  }

  async #write(batch: readonly Waiting[]): Promise<boolean> {
    this.#writing.add(batch);
    const rows = batch.map(({ row }) => row);
    try {
      const settled = await settleBatch(this.#context, rows);
      this.#writing.delete(batch);
      this.#counts.booked += settled.booked;
      this.#counts.duplicates += settled.duplicates;
      this.#counts.retries += settled.retries;
      this.#failures = 0;
    } catch (error) {
      this.#writing.delete(batch);
      this.#queue = [...batch, ...this.#queue];
      this.#noteOutage(error);
      return false;
    }
    this.#options.journal?.committed(rows.map(({ requestId }) => requestId));
    return true;
  }

  #noteOutage(error: unknown): void {
    this.#failures++;
    this.#counts.outages++;
    this.#lastError = error;
    this.#options.logger.error(
      { error: causeText(error), sqlState: sqlState(error), rows: this.pending() },
      'settlement put off: the database does not take it',
    );
  }

  #backOffMs(): number {
    const ceiling = Math.min(BACK_OFF_FIRST_MS * 2 ** Math.min(this.#failures, 10), BACK_OFF_MAX_MS);
    return ceiling * (0.5 + this.#context.random() / 2);
  }
}
