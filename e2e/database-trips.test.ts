// The way of a request makes no round trip to the database: counted on the wire, and seen with the database silent.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { available } from './harness/available.ts';
import { type Installation, startInstallation } from './harness/installation.ts';
import { newDatabase } from './harness/product.ts';
import { countStatements, type StatementCounter } from './harness/statement-counter.ts';

const REQUESTS = 600;
const PARALLEL = 8;
/** Of one batch: begin, deadlines, log, budgets, leases (twice), entries, roll-ups (twice), keys, commit, and some to spare. */
const STATEMENTS_OF_A_BATCH = 14;
const BATCHES_PER_S = 5;
/** Configuration version, heartbeat, leases in use, jobs: each at intervals, whatever the traffic. */
const BACKGROUND_PER_S = 8;

describe.skipIf(!available().databaseUrl)('the database', () => {
  let database: Awaited<ReturnType<typeof newDatabase>>;
  let counter: StatementCounter;
  let installation: Installation;

  beforeAll(async () => {
    database = await newDatabase();
    counter = await countStatements(database.url);
    const options = { database: 'postgres', databaseUrl: counter.url } as const;
    installation = await startInstallation(options, ['fake-claude', 'fake-gpt']);
  }, 120_000);

  afterAll(async () => {
    counter?.thaw();
    await installation?.remove();
    await counter?.close();
    await database?.drop();
  });

  /** A JSON answer or a stream, of either family; gives its status once it is whole. */
  async function ask(index: number): Promise<number> {
    const stream = index % 2 === 0;
    const messages = [{ role: 'user', content: `question ${index}` }];
    const claude = { path: '/v1/messages', body: { model: 'fake-claude', max_tokens: 32, messages, stream } };
    const openai = { path: '/v1/chat/completions', body: { model: 'fake-gpt', messages, stream } };
    const { path, body } = index % 4 < 2 ? claude : openai;
    const response = await fetch(installation.product.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${installation.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await response.arrayBuffer();
    return response.status;
  }

  async function askMany(count: number): Promise<number[]> {
    const statuses: number[] = [];
    let next = 0;
    const walk = async (): Promise<void> => {
      while (next < count) statuses.push(await ask(next++));
    };
    await Promise.all(Array.from({ length: PARALLEL }, walk));
    return statuses;
  }

  it('hears of requests by batches and intervals only, however many there are', async () => {
    await askMany(40);
    counter.reset();
    const began = performance.now();
    const statuses = await askMany(REQUESTS);
    const seconds = (performance.now() - began) / 1_000;
    const counts = new Map(counter.counts());
    expect(new Set(statuses)).toEqual(new Set([200]));
    const settlement = counts.get('api-proxy settlement') ?? 0;
    const others = [...counts.values()].reduce((sum, count) => sum + count, -settlement);
    expect(settlement).toBeGreaterThan(0);
    expect(settlement).toBeLessThanOrEqual(STATEMENTS_OF_A_BATCH * (BATCHES_PER_S * seconds + 2));
    expect(others).toBeLessThanOrEqual(BACKGROUND_PER_S * (seconds + 2));
    // Below one in ten requests, or the bounds above would say nothing.
    expect(others).toBeLessThan(REQUESTS / 10);
  });

  it('may be silent: warm requests are answered all the same', async () => {
    await askMany(40);
    counter.freeze();
    const statuses = await askMany(100);
    counter.thaw();
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});
