// The reader: it answers what only asks the database, its end costs no answer, and it goes when the installation goes.
import process from 'node:process';
import { createKey, listKeys } from '@api-proxy/contracts/keys';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, register } from './harness/person.ts';
import { isProgram, socketsOf } from './harness/process-facts.ts';
import { treeOf } from './harness/process-tree.ts';
import { databaseKinds, type Product, startProduct } from './harness/product.ts';

/** Less than a worker gives it. */
const ITS_TIME_MS = 10_000;
const WAIT = { timeout: 30_000, interval: 50 };

const isReader = (pid: number): boolean => isProgram(pid, 'reader');

describe.each(databaseKinds())('on the %s database', (database) => {
  let product: Product;
  let admin: Person;
  const reader = (): number | undefined => treeOf(product.pid()).find(isReader);

  /** The reader that workers ask now: one with a connection to its port. */
  async function asked(): Promise<number | undefined> {
    await admin.request('GET', '/api/me');
    const pid = reader();
    if (pid === undefined) return undefined;
    const sockets = socketsOf(pid);
    return sockets.listens.some((port) => sockets.incoming(port) > 0) ? pid : undefined;
  }

  beforeAll(async () => {
    product = await startProduct({ database, console: true });
    admin = await register(product.url);
  }, 120_000);

  afterAll(() => product?.remove());

  it('a change is seen by the very next read', async () => {
    await expect.poll(asked, WAIT).toBeDefined();
    for (let index = 0; index < 20; index++) {
      const name = `key ${index}`;
      await admin.call(createKey, { body: { name } });
      expect((await admin.call(listKeys, {})).items[0]?.name).toBe(name);
    }
  });

  if (database === 'postgres')
    it('asks the database over connections of its own', async () => {
      const client = new pg.Client({ connectionString: product.databaseUrl });
      await client.connect();
      const theirs = `select count(*)::int as n from pg_stat_activity where application_name = 'api-proxy reader'`;
      const { rows } = await client.query(theirs);
      await client.end();
      expect(rows[0].n).toBeGreaterThan(0);
    });

  it('killed again and again, it costs no answer and comes back', async () => {
    const statuses = new Map<number, number>();
    let asking = true;
    const ask = async (): Promise<void> => {
      while (asking) {
        const { status } = await admin.request('GET', '/api/me');
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    const askers = Array.from({ length: 8 }, ask);
    for (let round = 0; round < 2; round++) {
      const before = reader();
      if (before === undefined) throw new Error('no reader');
      process.kill(before, 'SIGKILL');
      const another = async () => {
        const now = await asked();
        return now !== undefined && now !== before;
      };
      await expect.poll(another, WAIT).toBe(true);
    }
    asking = false;
    await Promise.all(askers);
    expect([...statuses.keys()]).toEqual([200]);
    expect(statuses.get(200)).toBeGreaterThan(100);
  });

  // Its fifteen seconds are the same on either database.
  if (database === 'embedded')
    it('one that hangs is not waited for for ever: the worker answers', async () => {
      const stuck = await asked();
      if (stuck === undefined) throw new Error('no reader');
      process.kill(stuck, 'SIGSTOP');
      const beganMs = performance.now();
      expect((await admin.request('GET', '/api/me')).status).toBe(200);
      expect(performance.now() - beganMs).toBeGreaterThan(ITS_TIME_MS);
      process.kill(stuck, 'SIGCONT');
    });

  it('ends with the installation, also with one that was killed', async () => {
    const first = await asked();
    await product.stop();
    expect(first !== undefined && isReader(first)).toBe(false);
    await product.start();
    await expect.poll(asked, WAIT).toBeDefined();
    const second = reader();
    process.kill(product.pid(), 'SIGKILL');
    await expect.poll(() => second !== undefined && isReader(second), WAIT).toBe(false);
  });
});
