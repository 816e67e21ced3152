// Callers are read many at a time, each by its own hash.
import { ownedKeys } from '@api-proxy/db/owned-keys';
import { keys } from '@api-proxy/db/schema/keys';
import { createKey } from '@api-proxy/services/key/create-key';
import { deleteKey } from '@api-proxy/services/key/delete-key';
import { openTestBench, type TestBench } from '@api-proxy/services/testing/bench';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callerReader } from './caller-rows.ts';

let bench: TestBench;
beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
afterAll(() => bench.close());

it('those asked for at the same time are read together; each has its own key, user and limits', async () => {
  const made: { keyId: string; userId: string }[] = [];
  for (const name of ['ann', 'ben']) {
    const context = await bench.as('user', name);
    for (const rpm of [null, 7]) {
      const limits = { rpm, tpm: null, maxConcurrency: null, expiresAt: null, quotas: [] };
      const body = { name: `${name} ${rpm}`, allowedModels: [], allowedIps: [], ...limits };
      const { key } = await createKey(context, { body });
      made.push({ keyId: key.id, userId: context.actor.userId });
      if (name === 'ben' && rpm === null) await deleteKey(context, { params: { keyId: key.id } });
    }
  }
  const hashes = new Map((await bench.memory.db.select().from(keys)).map(({ id, hash }) => [id, hash]));
  const owned = ownedKeys(bench.memory.db);
  let reads = 0;
  const read = callerReader((some) => {
    reads++;
    return owned(some);
  });
  const asked = [...made.map(({ keyId }) => hashes.get(keyId) ?? ''), 'nobody'];
  const found = await Promise.all(asked.map(read));
  expect(reads).toBe(1);
  expect(
    found.map((caller) => caller && [caller.key.id, caller.user.id, caller.key.limits?.rpm ?? null]),
  ).toEqual([
    [made[0]?.keyId, made[0]?.userId, null],
    [made[1]?.keyId, made[1]?.userId, 7],
    null,
    [made[3]?.keyId, made[3]?.userId, 7],
    null,
  ]);
});
