// Books what dead workers left in their journals: ended requests as they ended, open ones as interrupted.
import { rowsOf } from '@api-proxy/db/rows';
import { messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';
import { formatUsd } from '@api-proxy/kit/money';
import { sql } from 'drizzle-orm';
import { sweepLeases } from '../purse/sweep-leases.ts';
import { sqlState } from '../settlement/database-fault.ts';
import { recordSet } from '../settlement/json-parameter.ts';
import { causeText } from '../settlement/poison.ts';
import { prepareRow } from '../settlement/prepared-row.ts';
import { type SettleContext, settleBatch } from '../settlement/settle-batch.ts';
import type { SettlementRow } from '../settlement/settlement-row.ts';
import { TextSlabs } from '../settlement/text-slabs.ts';
import type { OpenedRequest } from './entry.ts';
import { type Claimed, type Claims, claimAbandoned, discard, segmentsOf, workersIn } from './takeover.ts';

export type ReplayOptions = {
  /** The folder of all journals, and this worker's name in it. */
  readonly dir: string;
  /** How rows are booked; its holds do nothing, for the dead hold nothing. */
  readonly context: SettleContext;
  readonly logger: Logger;
};

export type Recovery = {
  /** Workers whose journals were settled now. */
  readonly workers: readonly string[];
  /** Rows booked; those that the dead worker had booked itself are not counted. */
  readonly booked: number;
  /** How many of them were open: nobody pays for those. */
  readonly interrupted: number;
  /** Stretches of bytes that were no records: torn ends. */
  readonly damaged: number;
  /** The most that the interrupted requests can have cost, in nano-USD. */
  readonly exposureNanoUsd: bigint;
};

export const NOTHING_RECOVERED: Recovery = {
  ...{ workers: [], booked: 0, interrupted: 0, damaged: 0 },
  exposureNanoUsd: 0n,
};

const BATCH_ROWS = 500;

/**
 * Settles every journal whose worker is dead, then returns that worker's leases. Doing it twice books nothing twice.
 * One that can't be settled is named in the log and tried again by the next call; the others don't wait for it.
 * @throws what the file system throws when the folders can't be listed or taken over.
 */
export async function replayJournals(options: ReplayOptions): Promise<Recovery> {
  const { dir, context, logger } = options;
  const claims = { dir, workerId: context.workerId, nowMs: context.clock.nowMs() };
  let total = NOTHING_RECOVERED;
  for (const claimed of claimAbandoned(claims)) {
    try {
      const found = await settleFolder(options, claims, claimed);
      total = {
        workers: [...total.workers, ...found.workers],
        booked: total.booked + found.booked,
        interrupted: total.interrupted + found.interrupted,
        damaged: total.damaged + found.damaged,
        exposureNanoUsd: total.exposureNanoUsd + found.exposureNanoUsd,
      };
    } catch (error) {
      const facts = { worker: claimed.workerId, error: causeText(error), sqlState: sqlState(error) };
      logger.error(facts, 'the journal of a dead worker is settled later');
    }
  }
  return total;
}

/** Books what a folder has, returns its workers' leases, and deletes it. */
async function settleFolder(options: ReplayOptions, claims: Claims, claimed: Claimed): Promise<Recovery> {
  const { context, logger } = options;
  const workers = workersIn(claimed);
  const found = await replayFolder(options, claimed);
  for (const workerId of workers) await sweepLeases(context.db, { kind: 'worker', workerId });
  discard(claims, claimed);
  if (found.booked + found.damaged > 0) {
    const exposureUsd = formatUsd(found.exposureNanoUsd);
    const facts = { ...found, workers, exposureUsd, exposureNanoUsd: undefined };
    logger.warn(facts, 'the journal of a dead worker was settled');
  }
  return { ...found, workers };
}

async function replayFolder(options: ReplayOptions, claimed: Claimed): Promise<Omit<Recovery, 'workers'>> {
  const { context } = options;
  const opened = new Map<string, OpenedRequest>();
  const ended = new Set<string>();
  let booked = 0;
  let damaged = 0;
  let lastMs = 0;
  for (const segment of segmentsOf(claimed.path)) {
    const rows: SettlementRow[] = [];
    damaged += segment.damaged;
    lastMs = Math.max(lastMs, segment.writtenMs);
    for (const entry of segment.entries) {
      if (entry.kind === 'open') opened.set(entry.request.requestId, entry.request);
      else if (entry.kind === 'void') ended.add(entry.requestId);
      else {
        ended.add(entry.row.requestId);
        rows.push(entry.row);
      }
    }
    booked += await bookAll(context, rows);
  }
  const left = [...opened.values()].filter(({ requestId }) => !ended.has(requestId));
  const interrupted = await withoutRow(context, left);
  const rowsLeft = interrupted.map((request) => interruptedRow(request, lastMs));
  booked += await bookAll(context, rowsLeft);
  const exposureNanoUsd = interrupted.reduce((sum, request) => sum + request.upperBoundNanoUsd, 0n);
  return { booked, interrupted: interrupted.length, damaged, exposureNanoUsd };
}

async function bookAll(context: SettleContext, rows: readonly SettlementRow[]): Promise<number> {
  let booked = 0;
  const slabs = new TextSlabs();
  for (let at = 0; at < rows.length; at += BATCH_ROWS) {
    const batch = rows.slice(at, at + BATCH_ROWS).map((row) => prepareRow(row, { copies: false, slabs }));
    booked += (await settleBatch(context, batch)).booked;
  }
  return booked;
}

/** Those that ended in no row: the file with a request's end is gone once it is booked, the one with its beginning need not be. */
async function withoutRow(
  { db }: SettleContext,
  requests: readonly OpenedRequest[],
): Promise<OpenedRequest[]> {
  const known = new Set<string>();
  for (let at = 0; at < requests.length; at += BATCH_ROWS) {
    const source = recordSet(requests.slice(at, at + BATCH_ROWS), [['id', 'text', (row) => row.requestId]]);
    const found = rowsOf<{ request_id: string }>(
      await db.execute(sql`select l.request_id from request_log l join ${source} on l.request_id = r.id`),
    );
    for (const row of found) known.add(row.request_id);
  }
  return requests.filter(({ requestId }) => !known.has(requestId));
}

/** The row of a request that the relay's end cut off: free for the user, with what it may have cost in its text. */
function interruptedRow(request: OpenedRequest, lastMs: number): SettlementRow {
  const { upperBoundNanoUsd, ...known } = request;
  return {
    ...known,
    ...{ channelId: null, channelKeyId: null, protocolOut: null, modelServed: null, priceId: null },
    status: 500,
    outcome: 'interrupted',
    errorCode: 'relay_stopped',
    errorText: `The relay stopped during this request. It may have cost up to ${formatUsd(upperBoundNanoUsd)} USD upstream.`,
    usage: {
      ...{ input: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0, reasoning: 0 },
      estimated: false,
    },
    multiplierPpm: 1_000_000,
    costNanoUsd: 0n,
    priced: false,
    firstByteMs: null,
    durationMs: Math.max(0, lastMs - request.startedAtMs),
    overheadMs: 0,
    ...{ clientIp: '', userAgent: '', attempts: [], decision: [], droppedFields: [] },
  };
}

export type Recover = (() => Promise<Recovery>) & {
  /** Resolves when no replay is under way. */
  idle(): Promise<void>;
};

/** {@link replayJournals} at most once at a time; a failure is logged and means: later. */
export function createRecovery(options: ReplayOptions): Recover {
  let running: Promise<Recovery> | undefined;
  const recover = (): Promise<Recovery> => {
    running ??= replayJournals(options)
      .catch((error: unknown) => {
        options.logger.error({ error: messageOf(error) }, 'journals of dead workers are settled later');
        return NOTHING_RECOVERED;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  return Object.assign(recover, {
    idle: async () => {
      await running;
    },
  });
}
