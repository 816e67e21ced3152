// How many finished requests a second are booked: `node packages/ledger/src/settlement-bench-cli.ts [database URL] [rows] [way]`.
// Writes to the database it is given, which must be empty; without one, PGlite in this process's memory. The way is `copy`,
// or `insert` for PGlite behind its socket, which takes no COPY.
import { cpus, loadavg } from 'node:os';
import process from 'node:process';
import { type BulkTransaction, bulkTransactions } from '@api-proxy/db/bulk';
import type { Database } from '@api-proxy/db/database';
import { openMemoryDatabase } from '@api-proxy/db/memory';
import { migrate } from '@api-proxy/db/migrate';
import { openDatabase } from '@api-proxy/db/open';
import { systemClock } from '@api-proxy/kit/clock';
import { silentLogger } from '@api-proxy/kit/logger';
import { createSettlement } from './settlement/settlement.ts';
import type { SettlementRow } from './settlement/settlement-row.ts';
import { aRow, giveBudget } from './testing/rows.ts';

const [url = '', rowsText = '20000', way = 'copy'] = process.argv.slice(2);
const ROWS = Number(rowsText);
const ROUNDS = 5;
const LANES = 2;
const USERS = 50;
const KEYS = 100;
const MODELS = 20;
const CHANNELS = 5;
const attempt = {
  ...{ channelId: 'chn_1', channelKeyId: 'chk_1', upstreamModel: 'gpt-test', status: 200 },
  ...{ outcome: 'ok', reason: 'ok', startedAtMs: 0, durationMs: 700 },
};

/** A row as a busy team makes them: several users, keys, channels and models at once. */
function row(index: number): SettlementRow {
  return aRow({
    userId: `usr_${index % USERS}`,
    keyId: `key_${index % KEYS}`,
    channelId: `chn_${index % CHANNELS}`,
    modelAsked: `model-${index % MODELS}`,
    costNanoUsd: BigInt(1_000 + index),
    attempts: [attempt],
    decision: [{ channelId: 'chn_1', kept: true, reason: 'priority 0, weight 1' }],
  });
}

async function open(): Promise<{ db: Database; bulk?: BulkTransaction; close(): Promise<void> }> {
  if (url === '') return openMemoryDatabase();
  const opened = openDatabase({ url, poolSize: LANES, applicationName: 'settlement bench' });
  await migrate(opened.db);
  return way === 'insert' ? opened : { ...opened, bulk: bulkTransactions(opened.pool) };
}

type Opened = Awaited<ReturnType<typeof open>>;

async function round({ db, bulk }: Opened): Promise<string> {
  const settlement = createSettlement({
    ...{
      db,
      bulk,
      lanes: bulk ? LANES : 1,
      clock: systemClock,
      logger: silentLogger,
      workerId: 'wrk_bench',
      timeZone: () => 'UTC',
    },
    flushMs: 1_000_000,
    // The queue fills first: what is measured is the writer at its fastest.
    batchRows: 500,
  });
  const rows = Array.from({ length: ROWS }, (_, index) => row(index));
  const cpu = process.cpuUsage();
  const beganMs = performance.now();
  for (const one of rows) settlement.settle(one);
  await settlement.flush();
  const tookMs = performance.now() - beganMs;
  const { user, system } = process.cpuUsage(cpu);
  const { booked } = settlement.stats();
  await settlement.close();
  const perRow = (user + system) / ROWS;
  return `${booked} rows, ${Math.round((booked * 1_000) / tookMs)} rows/s, ${perRow.toFixed(1)} µs of this process's CPU per row`;
}

const opened = await open();
const { db, close } = opened;
for (let user = 0; user < USERS; user++) await giveBudget(db, { ownerId: `usr_${user}`, limit: 10n ** 15n });
process.stdout.write(`${cpus().length} cores, load ${loadavg()[0]?.toFixed(2)}\n`);
for (let index = 0; index < ROUNDS; index++) process.stdout.write(`${await round(opened)}\n`);
await close();
