// Promise: a change that the database gave up in favour of another one is made once, and told once.
import type { Database } from '@api-proxy/db/database';
import { auditLog } from '@api-proxy/db/schema/audit-log';
import { configVersion } from '@api-proxy/db/schema/config-version';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { change } from './change.ts';
import type { Context } from './context.ts';
import { openTestBench, type TestBench } from './testing/bench.ts';

let bench: TestBench;

beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(() => bench.reset());
afterAll(() => bench.close());

/** A database that carries the first transactions out up to their commit, then gives them up with this code. */
function givingUp(real: Database, times: number, code: string): Database {
  let left = times;
  return new Proxy(real, {
    get(target, name, receiver) {
      if (name !== 'transaction' || left === 0) return Reflect.get(target, name, receiver);
      left--;
      const transaction: Database['transaction'] = (work, config) =>
        target.transaction(async (tx) => {
          await work(tx);
          throw new Error('Failed query', { cause: Object.assign(new Error('given up'), { code }) });
        }, config);
      return transaction;
    },
  });
}

async function changed(context: Context): Promise<number> {
  let runs = 0;
  const result = await change(context, async ({ audit, configChanged, callerChanged }) => {
    runs++;
    await audit({
      action: 'key.update',
      entityKind: 'key',
      entityId: 'key_1',
      before: null,
      after: { runs },
    });
    await configChanged();
    callerChanged('usr_1', 'key_1');
    return runs;
  });
  expect(result).toBe(runs);
  return runs;
}

describe('a transaction that is given up', () => {
  it.each([
    ['40P01', 1],
    ['40001', 3],
  ])('for %s %i times leaves one entry and one notice of each kind', async (code, times) => {
    const admin = await bench.as('admin');
    const db = givingUp(bench.memory.db, times, code);
    expect(await changed({ ...admin, db })).toBe(times + 1);
    expect(await bench.memory.db.select({ after: auditLog.after }).from(auditLog)).toEqual([
      { after: { runs: times + 1 } },
    ]);
    const [version] = await bench.memory.db.select().from(configVersion);
    expect(bench.notices).toEqual([
      { topic: 'config', payload: { version: version?.version } },
      { topic: 'caller', payload: { userId: 'usr_1', keyId: 'key_1' } },
    ]);
  });

  it.each([
    ['40P01', 4],
    ['23505', 1],
  ])('for good (%s) fails as it is, and nobody is told', async (code, times) => {
    const admin = await bench.as('admin');
    const db = givingUp(bench.memory.db, times, code);
    await expect(changed({ ...admin, db })).rejects.toMatchObject({ cause: { code } });
    expect(await bench.memory.db.select().from(auditLog)).toEqual([]);
    expect(bench.notices).toEqual([]);
  });
});
