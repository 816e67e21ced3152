// A pool of one connection is not empty for good when that one breaks in somebody's hands and is never given back.
import { expect, it } from 'vitest';
import { openDatabase } from './open.ts';

const url = process.env.TEST_DATABASE_URL ?? '';

it.skipIf(url === '')(
  'a connection that ends while it is out is replaced',
  async () => {
    const one = openDatabase({ url, poolSize: 1, applicationName: 'test' });
    const other = openDatabase({ url, poolSize: 1, applicationName: 'test' });
    const client = await one.pool.connect();
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    await other.pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    const found = await one.pool.query<{ pid: number }>('select pg_backend_pid() as pid');
    expect(found.rows[0]?.pid).not.toBe(rows[0]?.pid);
    client.release();
    await Promise.all([one.close(), other.close()]);
  },
  30_000,
);

it.skipIf(url === '')(
  'a connection that is merely idle is closed in order, and nobody hears of a fault',
  async () => {
    const faults: Error[] = [];
    const idle = openDatabase({
      ...{ url, poolSize: 1, applicationName: 'test', silenceMs: 400 },
      onIdleError: (error) => faults.push(error),
    });
    const closed = new Promise((resolve) => idle.pool.once('remove', resolve));
    await idle.pool.query('select 1');
    await closed;
    expect(faults).toEqual([]);
    await idle.close();
  },
);
