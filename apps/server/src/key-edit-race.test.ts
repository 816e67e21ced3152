// A key that is edited while its requests are booked: both take their locks in one order, so neither is given up.
import type { Database } from '@api-proxy/db/database';
import { users } from '@api-proxy/db/schema/users';
import { newId } from '@api-proxy/kit/id';
import { type TestDatabase, testPlaces } from '@api-proxy/ledger/testing/databases';
import { bookBeside, sessionsWaiting } from '@api-proxy/ledger/testing/locks';
import type { Actor, Context } from '@api-proxy/services/context';
import { createKey } from '@api-proxy/services/key/create-key';
import { deleteKey } from '@api-proxy/services/key/delete-key';
import { rotateKey } from '@api-proxy/services/key/rotate-key';
import { updateKey } from '@api-proxy/services/key/update-key';
import { openTestBench, type TestBench } from '@api-proxy/services/testing/bench';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

/** Two sessions are needed: the database in memory has one. */
const [server] = testPlaces(process.env.TEST_DATABASE_URL).slice(1);

/** Counts the transactions that were begun. */
function counted(real: Database): { db: Database; begun(): number } {
  let begun = 0;
  const db = new Proxy(real, {
    get(target, name, receiver) {
      if (name === 'transaction') begun++;
      return Reflect.get(target, name, receiver);
    },
  });
  return { db, begun: () => begun };
}

type Edit = (context: Context, keyId: string) => Promise<unknown>;

const EDITS: [string, Edit][] = [
  [
    'changed',
    (context, keyId) =>
      updateKey(context, { params: { keyId }, body: { quotas: [{ span: 'day', limitUsd: '2' }] } }),
  ],
  ['rotated', (context, keyId) => rotateKey(context, { params: { keyId }, body: { overlapMinutes: 0 } })],
  ['deleted', (context, keyId) => deleteKey(context, { params: { keyId } })],
];

describe.skipIf(!server)('on PostgreSQL', () => {
  let opened: TestDatabase;
  let bench: TestBench;
  beforeAll(async () => {
    if (!server) throw new Error('unreachable: skipped without a server');
    [opened, bench] = await Promise.all([server.open(), openTestBench()]);
  }, 60_000);
  afterAll(() => Promise.all([opened.close(), bench.close()]));

  it.each(EDITS)(
    'a key is %s while a booking has its limits and is about to touch it',
    async (name, edit) => {
      const userId = newId('usr');
      await opened.db.insert(users).values({ id: userId, name, email: `${name}@example.com`, role: 'user' });
      const actor: Actor = { userId, role: 'user', name, ip: null };
      const context: Context = { ...bench.anonymous, db: opened.db, actor };
      const made = await createKey(context, {
        body: {
          ...{ name, allowedModels: [], allowedIps: [], rpm: null, tpm: null, maxConcurrency: null },
          ...{ expiresAt: null, quotas: [{ span: 'total', limitUsd: '9' }] },
        },
      });
      const editing = counted(opened.another());
      const watcher = opened.another();
      let edited: Promise<unknown> = Promise.resolve();
      await bookBeside(opened.db, made.key.id, () => {
        edited = edit({ ...context, db: editing.db }, made.key.id);
        return vi.waitFor(async () => expect(await sessionsWaiting(watcher)).toBe(1));
      });
      await edited;
      expect(editing.begun()).toBe(1);
    },
  );
});
