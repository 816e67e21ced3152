// Relay keys: shown once, limited, rotated, their owners' own.
import { keyCreate } from '@api-proxy/contracts/keys';
import { auditLog } from '@api-proxy/db/schema/audit-log';
import { budgets } from '@api-proxy/db/schema/budgets';
import { keys } from '@api-proxy/db/schema/keys';
import { usageByHour } from '@api-proxy/db/schema/usage-by-hour';
import { DAY_MS } from '@api-proxy/kit/duration';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openTestBench, type TestBench } from '../testing/bench.ts';
import { createKey } from './create-key.ts';
import { deleteKey } from './delete-key.ts';
import { listKeys } from './list-keys.ts';
import { rotateKey } from './rotate-key.ts';
import { updateKey } from './update-key.ts';

let bench: TestBench;

beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const PAGE = { limit: 50 };
const body = (extra: object = {}) => keyCreate.parse({ name: 'laptop', ...extra });

it('a new key shows its secret once; stored are its keyed hash, the prefix and the last four', async () => {
  const user = await bench.as('user');
  const { key, secret } = await createKey(user, { body: body() });
  expect(secret).toMatch(/^sk-relay-[0-9A-Za-z]{4}-[0-9A-Za-z]{32}$/);
  expect(key).toMatchObject({ prefix: secret.slice(0, 13), lastFour: secret.slice(-4), userName: 'user' });
  const [row] = await bench.memory.db.select().from(keys);
  expect(row?.hash).toBe(bench.ports.keyHasher(secret));
  const stored = JSON.stringify([row, await bench.memory.db.select().from(auditLog)], (_, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  expect(stored).not.toContain(secret.slice(14));
  expect(JSON.stringify(await listKeys(user, { query: PAGE }))).not.toContain(secret.slice(14));
});

it('a limit per window keeps what is used when it is changed, and goes when it is left out', async () => {
  const user = await bench.as('user');
  const quotas = [
    { span: 'day', limitUsd: '1' },
    { span: 'total', limitUsd: '9' },
  ];
  const { key } = await createKey(user, { body: body({ quotas }) });
  const started = new Date(Math.floor(bench.clock.nowMs() / DAY_MS) * DAY_MS);
  await bench.memory.db.update(budgets).set({ used: 400_000_000n, windowStartedAt: started });
  const params = { keyId: key.id };
  const changed = await updateKey(user, { params, body: { quotas: [{ span: 'day', limitUsd: '2' }] } });
  expect(changed.quotas).toEqual([
    {
      span: 'day',
      limitUsd: '2',
      usedUsd: '0.4',
      resetsAt: new Date(started.getTime() + DAY_MS).toISOString(),
    },
  ]);
  bench.clock.advance(DAY_MS);
  const [later] = (await listKeys(user, { query: PAGE })).items;
  expect(later?.quotas).toMatchObject([{ usedUsd: '0', resetsAt: null }]);
});

it('a rotation gives a new secret with the same limits; the old key ends after the overlap, or at once', async () => {
  const user = await bench.as('user');
  const made = await createKey(user, { body: body({ rpm: 5, quotas: [{ span: 'total', limitUsd: '3' }] }) });
  await bench.memory.db.update(budgets).set({ used: 1_000_000_000n });
  const params = { keyId: made.key.id };
  const rotated = await rotateKey(user, { params, body: { overlapMinutes: 10 } });
  expect(rotated.secret).not.toBe(made.secret);
  expect(rotated.key).toMatchObject({ name: 'laptop', rpm: 5, quotas: [{ limitUsd: '3', usedUsd: '1' }] });
  const [old] = await bench.memory.db.select().from(keys).where(eq(keys.id, made.key.id));
  expect(old).toMatchObject({ status: 'active', deletedAt: null });
  expect(old?.expiresAt?.getTime()).toBe(bench.clock.nowMs() + 600_000);
  await rotateKey(user, { params: { keyId: rotated.key.id }, body: { overlapMinutes: 0 } });
  const listed = (await listKeys(user, { query: PAGE })).items.map(({ id }) => id);
  expect(listed).not.toContain(rotated.key.id);
  expect(bench.notices).toContainEqual({
    topic: 'caller',
    payload: { userId: user.actor.userId, keyId: rotated.key.id },
  });
});

it('an admin changes and deletes the keys of users, but is never given a secret', async () => {
  const [user, admin] = [await bench.as('user'), await bench.as('admin')];
  const { key } = await createKey(user, { body: body() });
  const params = { keyId: key.id };
  expect(await updateKey(admin, { params, body: { status: 'disabled' } })).toMatchObject({
    status: 'disabled',
  });
  const rotation = rotateKey(admin, { params, body: { overlapMinutes: 0 } });
  await expect(rotation).rejects.toMatchObject({ status: 403 });
  expect((await listKeys(admin, { query: { ...PAGE, user: 'all' } })).items).toHaveLength(1);
  expect((await listKeys(admin, { query: PAGE })).items).toEqual([]);
  expect(await deleteKey(admin, { params })).toEqual({ ok: true });
  await expect(deleteKey(admin, { params })).rejects.toMatchObject({ status: 404 });
});

it("another user's key is not found, and a list of others is refused", async () => {
  const [user, other] = [await bench.as('user', 'one'), await bench.as('user', 'two')];
  const { key } = await createKey(user, { body: body() });
  const params = { keyId: key.id };
  await expect(updateKey(other, { params, body: { name: 'mine' } })).rejects.toMatchObject({ status: 404 });
  await expect(deleteKey(other, { params })).rejects.toMatchObject({ status: 404 });
  await expect(rotateKey(other, { params, body: { overlapMinutes: 0 } })).rejects.toMatchObject({
    status: 404,
  });
  for (const wanted of ['all', user.actor.userId]) {
    await expect(listKeys(other, { query: { ...PAGE, user: wanted } })).rejects.toMatchObject({
      status: 403,
    });
  }
});

it('addresses and ranges are checked', async () => {
  const user = await bench.as('user');
  const made = await createKey(user, {
    body: body({ allowedIps: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.1'] }),
  });
  expect(made.key.allowedIps).toHaveLength(3);
  for (const wrong of ['10.0.0.0/33', '1.2.3', '::1/129', '1.2.3.4/']) {
    const params = { keyId: made.key.id };
    const attempt = updateKey(user, { params, body: { allowedIps: [wrong] } });
    await expect(attempt, wrong).rejects.toMatchObject({ status: 400 });
  }
});

it('what was spent with a key comes from the roll-ups', async () => {
  const user = await bench.as('user');
  const { key } = await createKey(user, { body: body() });
  const hour = new Date(Math.floor(bench.clock.nowMs() / 3_600_000) * 3_600_000);
  const row = { bucket: hour, userId: user.actor.userId, keyId: key.id, model: 'm' };
  await bench.memory.db.insert(usageByHour).values([
    { ...row, outcome: 'ok', cost: 5n },
    { ...row, outcome: 'client_closed', cost: 2n },
  ]);
  const [listed] = (await listKeys(user, { query: PAGE })).items;
  expect(listed?.usedUsd).toBe('0.000000007');
});
