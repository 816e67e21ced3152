// Processes killed at random moments under load: each row that the journal said it has is booked once, none twice.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { sleep } from '@api-proxy/kit/duration';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ledger } from '../ledger.ts';
import { type TestDatabase, testPlaces } from '../testing/databases.ts';
import { createFolders } from '../testing/journals.ts';
import { createWorkers } from '../testing/ledgers.ts';
import { giveBudget, moneyOf } from '../testing/rows.ts';

const KILLS = 20;
const AT_ONCE = 4;
const LIFE_MS = 150;
/** What a worker has written and was killed before it said so: it admits and settles two requests a turn. */
const UNSAID = 2;
const SCRIPT = fileURLToPath(new URL('../testing/doomed-worker.ts', import.meta.url));

type Witness = { readonly opened: Set<string>; readonly settled: Map<string, string> };

type Life = {
  readonly journalDir: string;
  readonly workerId: string;
  readonly notesPath: string;
  readonly url: string;
};

/** Runs a worker and kills it a random moment after it has begun; what it said is what it had done. */
async function runAndKill({ journalDir, workerId, notesPath, url }: Life, witness: Witness): Promise<void> {
  const args = [SCRIPT, journalDir, workerId, notesPath, url];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const begun = Promise.withResolvers<void>();
  child.stdout.once('data', () => begun.resolve());
  const closed = new Promise<NodeJS.Signals | null>((resolve) => {
    child.on('close', (_code, signal) => {
      begun.resolve();
      resolve(signal);
    });
  });
  await begun.promise;
  await sleep(Math.random() * LIFE_MS);
  child.kill('SIGKILL');
  expect(await closed, complaint).toBe('SIGKILL');
  const said = readFileSync(notesPath, 'utf8');
  // The last line may be cut off by the kill.
  for (const line of said.slice(0, said.lastIndexOf('\n')).split('\n')) {
    const [what, requestId = '', cost = ''] = line.split(' ');
    if (what === 'o') witness.opened.add(requestId);
    else witness.settled.set(requestId, cost);
  }
}

type Logged = { request_id: string; outcome: string; cost: string };

async function logged(db: Database): Promise<Logged[]> {
  return rowsOf<Logged>(
    await db.execute(sql`select request_id, outcome, cost::text as cost from request_log`),
  );
}

describe.each(testPlaces(process.env.TEST_DATABASE_URL))('kill -9, replayed on $name', (place) => {
  const folders = createFolders();
  const workers = createWorkers();
  let opened: TestDatabase;

  beforeAll(async () => {
    opened = await place.open();
  }, 60_000);
  afterAll(async () => {
    await workers.closeAll();
    await opened.close();
    folders.removeAll();
  });

  it(`${KILLS} kills: what was settled is charged once, what was open is interrupted, no lease stays`, async () => {
    const { db, url } = opened;
    const journalDir = folders.make();
    const notes = folders.make();
    await giveBudget(db, { limit: 10n ** 15n });
    const witness: Witness = { opened: new Set(), settled: new Map() };
    const survivor: Ledger = workers.start(db, { journalDir, workerId: 'wrk_survivor', recoverMs: 0 });
    const lane = async (first: number): Promise<void> => {
      for (let index = first; index < KILLS; index += AT_ONCE) {
        const workerId = `wrk_${index}`;
        await runAndKill({ journalDir, workerId, notesPath: join(notes, workerId), url: url ?? '' }, witness);
        await survivor.recover();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, (_, first) => lane(first)));
    const last = await survivor.recover();
    expect(last.workers.length).toBeLessThanOrEqual(AT_ONCE);

    const rows = await logged(db);
    const byId = new Map(rows.map((row) => [row.request_id, row]));
    expect(byId.size).toBe(rows.length);
    expect(witness.settled.size).toBeGreaterThan(KILLS * 5);
    const lost = [...witness.settled].filter(([id, cost]) => {
      const row = byId.get(id);
      return row?.outcome !== 'ok' || row.cost !== cost;
    });
    expect(lost).toEqual([]);
    // A worker that was killed between writing and saying so has rows that no one announced.
    const cut = [...witness.opened].filter((id) => !witness.settled.has(id));
    expect(cut.filter((id) => !byId.has(id))).toEqual([]);
    const interrupted = rows.filter(({ outcome }) => outcome === 'interrupted');
    expect(interrupted.length).toBeGreaterThan(cut.length - KILLS * UNSAID - 1);
    expect(interrupted.filter(({ request_id: id }) => witness.settled.has(id))).toEqual([]);
    expect(rows.length - witness.opened.size).toBeLessThanOrEqual(KILLS * UNSAID);
    const sum = rows.reduce((total, row) => total + BigInt(row.cost), 0n);
    const money = { logged: sum, charged: sum, used: sum, leased: 0n, leases: 0n };
    expect(await moneyOf(db)).toEqual(money);
  }, 180_000);
});
