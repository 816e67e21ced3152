// Users, roles and quota, and who may change them.
import { userUpdate } from '@api-proxy/contracts/users';
import { accounts } from '@api-proxy/db/schema/accounts';
import { auditLog } from '@api-proxy/db/schema/audit-log';
import { budgets } from '@api-proxy/db/schema/budgets';
import { keys } from '@api-proxy/db/schema/keys';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { users } from '@api-proxy/db/schema/users';
import { DAY_MS } from '@api-proxy/kit/duration';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createKey } from '../key/create-key.ts';
import { listLedger } from '../ledger/list-ledger.ts';
import { changeQuota } from '../quota/change-quota.ts';
import { openTestBench, type TestBench } from '../testing/bench.ts';
import { createUser } from './create-user.ts';
import { deleteUser } from './delete-user.ts';
import { getMe } from './get-me.ts';
import { getUser } from './get-user.ts';
import { listUsers } from './list-users.ts';
import { updateMe } from './update-me.ts';
import { updateUser } from './update-user.ts';

let bench: TestBench;

beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(() => bench.reset());
afterAll(() => bench.close());

const PAGE = { limit: 50 };
const NEW_USER = {
  name: 'Ada',
  email: 'Ada@Example.com',
  password: 'long enough',
  role: 'user',
  note: '',
} as const;

it('an admin creates a user with a quota, who then has a balance and a grant in the ledger', async () => {
  const admin = await bench.as('admin');
  const user = await createUser(admin, { body: { ...NEW_USER, quotaUsd: '12.5' } });
  expect(user).toMatchObject({
    email: 'ada@example.com',
    role: 'user',
    multiplier: '1',
    balance: { quotaUsd: '12.5', usedUsd: '0', remainingUsd: '12.5' },
  });
  const statement = await listLedger(admin, { query: { ...PAGE, user: user.id } });
  expect(statement.items).toMatchObject([
    { kind: 'grant', amountUsd: '12.5', balanceAfterUsd: '12.5', actorName: 'admin' },
  ]);
  expect(await bench.memory.db.select().from(accounts)).toHaveLength(1);
});

it('a user without a quota record has no balance, and an address is taken in any case', async () => {
  const admin = await bench.as('admin');
  const user = await createUser(admin, { body: NEW_USER });
  expect(user.balance).toEqual({ quotaUsd: null, usedUsd: '0', remainingUsd: null });
  const again = createUser(admin, { body: { ...NEW_USER, email: 'ADA@example.COM' } });
  await expect(again).rejects.toMatchObject({ code: 'email_taken', status: 409 });
});

it('users are listed by pages, newest first, and a search takes wildcards literally', async () => {
  const admin = await bench.as('admin');
  for (const name of ['a_b', 'axb', 'c%d']) {
    bench.clock.advance(10);
    await bench.as('user', name);
  }
  const first = await listUsers(admin, { query: { limit: 2 } });
  expect(first.items.map(({ name }) => name)).toEqual(['c%d', 'axb']);
  const second = await listUsers(admin, { query: { limit: 2, cursor: first.nextCursor ?? '' } });
  expect(second.items.map(({ name }) => name)).toEqual(['a_b', 'admin']);
  expect(second.nextCursor).toBeNull();
  const found = await listUsers(admin, { query: { ...PAGE, search: 'a_b' } });
  expect(found.items.map(({ name }) => name)).toEqual(['a_b']);
  const roles = await listUsers(admin, { query: { ...PAGE, role: 'admin' } });
  expect(roles.items).toHaveLength(1);
  await expect(listUsers(admin, { query: { ...PAGE, cursor: 'nonsense' } })).rejects.toMatchObject({
    status: 400,
  });
});

it('an admin sets limits and factor; the workers are told; the audit has before and after', async () => {
  const admin = await bench.as('admin');
  const { actor } = await bench.as('user');
  const body = userUpdate.parse({ limits: { rpm: 10 }, multiplier: '0.85', status: 'disabled' });
  const user = await updateUser(admin, { params: { userId: actor.userId }, body });
  expect(user).toMatchObject({
    limits: { rpm: 10, tpm: null, maxConcurrency: null },
    multiplier: '0.85',
    status: 'disabled',
  });
  expect(bench.notices).toEqual([{ topic: 'caller', payload: { userId: actor.userId, keyId: null } }]);
  const [entry] = await bench.memory.db.select().from(auditLog);
  expect(entry).toMatchObject({
    action: 'user.update',
    actorName: 'admin',
    ip: '198.51.100.7',
    before: { rpm: null, multiplier: '1', status: 'active' },
    after: { rpm: 10, multiplier: '0.85', status: 'disabled' },
  });
  expect(await getUser(admin, { params: { userId: actor.userId } })).toEqual(user);
});

it('an admin can neither touch nor make a super admin', async () => {
  const admin = await bench.as('admin');
  const root = await bench.as('super_admin');
  const user = await bench.as('user');
  const params = { userId: root.actor.userId };
  const refused = { status: 403, code: 'forbidden' };
  await expect(updateUser(admin, { params, body: { name: 'x' } })).rejects.toMatchObject(refused);
  await expect(deleteUser(admin, { params })).rejects.toMatchObject(refused);
  await expect(changeQuota(admin, { params, body: { amountUsd: '1', note: '' } })).rejects.toMatchObject(
    refused,
  );
  const promote = { params: { userId: user.actor.userId }, body: { role: 'super_admin' as const } };
  await expect(updateUser(admin, promote)).rejects.toMatchObject(refused);
  await expect(createUser(admin, { body: { ...NEW_USER, role: 'super_admin' } })).rejects.toMatchObject(
    refused,
  );
  expect(await updateUser(root, promote)).toMatchObject({ role: 'super_admin' });
});

it('the last super admin can be neither demoted, disabled nor deleted', async () => {
  const root = await bench.as('super_admin');
  const params = { userId: root.actor.userId };
  const refused = { status: 409, code: 'last_super_admin' };
  await expect(updateUser(root, { params, body: { role: 'admin' } })).rejects.toMatchObject(refused);
  await expect(updateUser(root, { params, body: { status: 'disabled' } })).rejects.toMatchObject(refused);
  await expect(deleteUser(root, { params })).rejects.toMatchObject(refused);
  expect(await updateUser(root, { params, body: { name: 'renamed' } })).toMatchObject({ name: 'renamed' });
});

it('of two super admins that demote each other at once one stays', async () => {
  const [one, other] = [await bench.as('super_admin', 'one'), await bench.as('super_admin', 'other')];
  const demote = { role: 'user' } as const;
  const results = await Promise.allSettled([
    updateUser(one, { params: { userId: other.actor.userId }, body: demote }),
    updateUser(other, { params: { userId: one.actor.userId }, body: demote }),
  ]);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const left = await bench.memory.db.select().from(users).where(eq(users.role, 'super_admin'));
  expect(left).toHaveLength(1);
});

it('deleting a user removes keys and their limits; the ledger and the balance stay', async () => {
  const admin = await bench.as('admin');
  const user = await bench.as('user');
  const params = { userId: user.actor.userId };
  await changeQuota(admin, { params, body: { amountUsd: '5', note: '' } });
  const body = {
    name: 'k',
    expiresAt: null,
    rpm: null,
    tpm: null,
    maxConcurrency: null,
    allowedModels: [],
    allowedIps: [],
  };
  await createKey(user, { body: { ...body, quotas: [{ span: 'day', limitUsd: '1' }] } });
  expect(await deleteUser(admin, { params })).toEqual({ ok: true });
  expect(await bench.memory.db.select().from(keys)).toEqual([]);
  expect(await bench.memory.db.select().from(budgets)).toMatchObject([
    { ownerKind: 'user', span: 'balance' },
  ]);
  expect(await bench.memory.db.select().from(ledgerEntries)).toHaveLength(1);
  await expect(getUser(admin, { params })).rejects.toMatchObject({ status: 404 });
});

it('a user changes own name and language only', async () => {
  const user = await bench.as('user');
  const me = await updateMe(user, { body: { locale: 'en' } });
  expect(me).toMatchObject({ name: 'user', locale: 'en', role: 'user' });
  expect(await getMe(user, {})).toEqual(me);
  expect(await updateMe(user, { body: { locale: null, name: 'Eve' } })).toMatchObject({
    name: 'Eve',
    locale: null,
  });
});

async function quotaOf(userId: string) {
  const [row] = await bench.memory.db
    .select()
    .from(budgets)
    .where(and(eq(budgets.ownerId, userId), eq(budgets.span, 'balance')));
  return row;
}

it('quota goes up and down with an entry each, but not below what is used or set aside', async () => {
  const admin = await bench.as('admin');
  const { actor } = await bench.as('user');
  const params = { userId: actor.userId };
  expect(await changeQuota(admin, { params, body: { amountUsd: '10', note: 'start' } })).toEqual({
    quotaUsd: '10',
    usedUsd: '0',
    remainingUsd: '10',
  });
  await bench.memory.db.update(budgets).set({ used: 3_000_000_000n, leased: 1_000_000_000n });
  const tooMuch = changeQuota(admin, { params, body: { amountUsd: '-6.000000001', note: '' } });
  await expect(tooMuch).rejects.toMatchObject({ status: 409, details: { takeableUsd: '6' } });
  const after = await changeQuota(admin, { params, body: { amountUsd: '-6', note: 'back' } });
  expect(after).toEqual({ quotaUsd: '4', usedUsd: '3', remainingUsd: '1' });
  const { items } = await listLedger(admin, { query: { ...PAGE, user: actor.userId } });
  expect(items).toMatchObject([
    { kind: 'adjust', amountUsd: '-6', balanceAfterUsd: '1', note: 'back' },
    { kind: 'grant', amountUsd: '10', balanceAfterUsd: '10', note: 'start' },
  ]);
  expect(new Set(items.map(({ reference }) => reference)).size).toBe(2);
});

it('parallel changes of one quota lose nothing', async () => {
  const admin = await bench.as('admin');
  const { actor } = await bench.as('user');
  const params = { userId: actor.userId };
  const act = (amountUsd: string) => changeQuota(admin, { params, body: { amountUsd, note: '' } });
  await Promise.all(Array.from({ length: 10 }, () => act('1')));
  expect((await quotaOf(actor.userId))?.limit).toBe(10_000_000_000n);
  const takes = await Promise.allSettled(Array.from({ length: 12 }, () => act('-1')));
  expect(takes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  expect((await quotaOf(actor.userId))?.limit).toBe(0n);
});

it('a user reads own statement only', async () => {
  const [user, other] = [await bench.as('user', 'one'), await bench.as('user', 'two')];
  await expect(listLedger(user, { query: { ...PAGE, user: other.actor.userId } })).rejects.toMatchObject({
    status: 403,
  });
  expect(await listLedger(user, { query: PAGE })).toEqual({ items: [], nextCursor: null });
});

it("a user's spending limits are set per window, count what all keys spent, and go when they are left out", async () => {
  const admin = await bench.as('admin');
  const user = await bench.as('user');
  const params = { userId: user.actor.userId };
  await changeQuota(admin, { params, body: { amountUsd: '5', note: '' } });
  const quotas = [
    { span: 'day' as const, limitUsd: '1.000000001' },
    { span: 'total' as const, limitUsd: '40' },
  ];
  await updateUser(admin, { params, body: { quotas } });
  const started = new Date(bench.clock.nowMs());
  await bench.memory.db
    .update(budgets)
    .set({ used: 400_000_001n, windowStartedAt: started })
    .where(and(eq(budgets.ownerId, params.userId), eq(budgets.span, 'day')));
  const resetsAt = new Date((Math.floor(started.getTime() / DAY_MS) + 1) * DAY_MS).toISOString();
  const day = { span: 'day', limitUsd: '1.000000001', usedUsd: '0.400000001', resetsAt };
  const me = await getMe(user, {});
  expect(me.quotas).toEqual([day, { span: 'total', limitUsd: '40', usedUsd: '0', resetsAt: null }]);
  expect(me.balance.remainingUsd).toBe('5');
  const raised = await updateUser(admin, {
    params,
    body: { quotas: [{ span: 'day', limitUsd: '2' }] },
  });
  expect(raised.quotas).toEqual([{ ...day, limitUsd: '2' }]);
  expect((await updateUser(admin, { params, body: { note: 'x' } })).quotas).toHaveLength(1);
  const none = await updateUser(admin, { params, body: { quotas: [] } });
  expect(none.quotas).toEqual([]);
  expect(none.balance.remainingUsd).toBe('5');
  await expect(updateUser(user, { params, body: { quotas: [] } })).rejects.toMatchObject({ status: 403 });
});

it('every change of a spending limit is in the audit list with what it was before', async () => {
  const admin = await bench.as('admin');
  const user = await bench.as('user');
  const params = { userId: user.actor.userId };
  await updateUser(admin, { params, body: { quotas: [{ span: '5h', limitUsd: '3' }] } });
  const [entry] = await bench.memory.db.select().from(auditLog).where(eq(auditLog.action, 'user.update'));
  expect(entry?.before).toMatchObject({ quotas: [] });
  expect(entry?.after).toMatchObject({ quotas: [{ span: '5h', limitUsd: '3' }] });
});
