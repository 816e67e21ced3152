// Settings: who may change them, what is refused, what stays, and what a change does elsewhere.
import { initialSettings, type SettingsUpdate } from '@api-proxy/contracts/settings';
import { auditLog } from '@api-proxy/db/schema/audit-log';
import { budgets } from '@api-proxy/db/schema/budgets';
import { configVersion } from '@api-proxy/db/schema/config-version';
import { ledgerEntries } from '@api-proxy/db/schema/ledger-entries';
import { settings } from '@api-proxy/db/schema/settings';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createKey } from '../key/create-key.ts';
import { listKeys } from '../key/list-keys.ts';
import { getSite } from '../site/get-site.ts';
import { openTestBench, TEST_ORIGIN, type TestBench } from '../testing/bench.ts';
import { createUser } from '../user/create-user.ts';
import { getSettings } from './get-settings.ts';
import { updateSettings } from './update-settings.ts';

let bench: TestBench;
beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(() => bench.reset());
afterAll(() => bench.close());

let admins = 0;

async function set(body: SettingsUpdate) {
  admins += 1;
  return updateSettings(await bench.as('admin', `admin-${admins}`), { body });
}

it('a change is kept, told to all workers with a higher version, and audited with both values', async () => {
  const admin = await bench.as('admin');
  expect(await getSettings(admin, {})).toEqual(initialSettings);
  const after = await updateSettings(admin, { body: { siteName: 'Relay', maxAttempts: 5 } });
  expect(after).toEqual({ ...initialSettings, siteName: 'Relay', maxAttempts: 5 });
  expect(await getSettings(admin, {})).toEqual(after);
  const [version] = await bench.memory.db.select().from(configVersion);
  expect(bench.notices).toEqual([{ topic: 'config', payload: { version: version?.version } }]);
  expect(await bench.memory.db.select().from(auditLog)).toMatchObject([
    {
      action: 'settings.update',
      actorUserId: admin.actor.userId,
      before: { siteName: 'api-proxy', maxAttempts: 3 },
      after: { siteName: 'Relay', maxAttempts: 5 },
    },
  ]);
});

it('what is not named stays, and null sets back to the start and leaves no row', async () => {
  await set({ siteName: 'Relay', maxAttempts: 5 });
  expect(await set({ siteName: null, failuresToOpen: 9 })).toMatchObject({
    siteName: 'api-proxy',
    maxAttempts: 5,
    failuresToOpen: 9,
  });
  const names = (await bench.memory.db.select().from(settings)).map(({ name }) => name);
  expect(names.sort()).toEqual(['failuresToOpen', 'maxAttempts']);
});

it('a change that changes nothing leaves no audit entry', async () => {
  await set({ maxAttempts: 3 });
  expect(await bench.memory.db.select().from(auditLog)).toEqual([]);
});

it('bounds that contradict each other are refused by name, against what is stored too', async () => {
  await set({ cooldownMaxSeconds: 30 });
  await expect(set({ cooldownMinSeconds: 31 })).rejects.toMatchObject({
    status: 400,
    code: 'invalid_input',
    details: { fields: [{ path: 'body.cooldownMaxSeconds' }] },
  });
  expect(await set({ cooldownMinSeconds: 31, cooldownMaxSeconds: 31 })).toMatchObject({
    cooldownMinSeconds: 31,
  });
});

it('of two admins at once neither loses what the other changed elsewhere', async () => {
  await Promise.all([set({ siteName: 'One' }), set({ maxAttempts: 7 }), set({ rechargeMessage: 'Ask.' })]);
  expect(await getSettings(await bench.as('admin'), {})).toMatchObject({
    siteName: 'One',
    maxAttempts: 7,
    rechargeMessage: 'Ask.',
  });
});

it('a text that looks like a number or a flag stays a text', async () => {
  expect(await set({ siteName: '42', rechargeMessage: 'null' })).toMatchObject({ siteName: '42' });
  expect(await getSettings(await bench.as('admin'), {})).toMatchObject({
    siteName: '42',
    rechargeMessage: 'null',
  });
});

it('a user may neither read nor change them', async () => {
  const user = await bench.as('user');
  await expect(getSettings(user, {})).rejects.toMatchObject({ status: 403 });
  await expect(updateSettings(user, { body: { siteName: 'x' } })).rejects.toMatchObject({ status: 403 });
});

it('a damaged value has its initial one, and the rest holds', async () => {
  await bench.memory.db.insert(settings).values([
    { name: 'maxAttempts', value: 'many' },
    { name: 'siteName', value: 'Relay' },
    { name: 'somebodyElses', value: 1 },
  ]);
  expect(await getSettings(await bench.as('admin'), {})).toEqual({ ...initialSettings, siteName: 'Relay' });
});

it('name, language, maintenance and closed registration are told to everyone', async () => {
  await set({
    siteName: 'Relay',
    defaultLocale: 'en',
    registrationOpen: false,
    maintenanceOn: true,
    maintenanceMessage: 'Back at noon.',
  });
  expect(await getSite(bench.anonymous, {})).toMatchObject({
    name: 'Relay',
    defaultLocale: 'en',
    maintenance: { on: true, message: 'Back at noon.' },
  });
});

function register(name: string): Promise<Response> {
  const headers = new Headers({ host: 'relay.test:3000', origin: TEST_ORIGIN });
  headers.set('content-type', 'application/json');
  const body = JSON.stringify({ name, email: `${name}@example.com`, password: 'correct horse battery' });
  const request = new Request(`${TEST_ORIGIN}/api/auth/sign-up/email`, { method: 'POST', headers, body });
  return bench.auth.handle(request, '198.51.100.200');
}

const balances = async () =>
  (await bench.memory.db.select().from(budgets).where(eq(budgets.span, 'balance'))).map(({ limit }) => limit);

it('new users start with the quota of the setting, granted in the ledger; a quota given by hand wins', async () => {
  expect((await register('before')).status).toBe(200);
  expect(await balances()).toEqual([]);
  await set({ newUserQuotaUsd: '2.5' });
  expect((await register('ada')).status).toBe(200);
  expect(await balances()).toEqual([2_500_000_000n]);
  const admin = await bench.as('admin');
  const person = (name: string) => ({ name, email: `${name}@new.example.com`, password: 'long enough' });
  const base = { role: 'user', note: '' } as const;
  const given = await createUser(admin, { body: { ...base, ...person('eve'), quotaUsd: '1' } });
  expect(given.balance.quotaUsd).toBe('1');
  const made = await createUser(admin, { body: { ...base, ...person('bob') } });
  expect(made.balance.quotaUsd).toBe('2.5');
  const entries = await bench.memory.db.select().from(ledgerEntries);
  expect(entries.map(({ kind, amount }) => [kind, amount])).toEqual([
    ['grant', 2_500_000_000n],
    ['grant', 1_000_000_000n],
    ['grant', 2_500_000_000n],
  ]);
});

it('a new time zone ends windows at its own midnight, and what is used of a running one stays used', async () => {
  // At 20:00 UTC Shanghai has been in the next day for four hours.
  const today = Math.floor(bench.clock.nowMs() / 86_400_000) * 86_400_000;
  bench.clock.advance(today + 86_400_000 + 20 * 3_600_000 - bench.clock.nowMs());
  const midnight = today + 86_400_000;
  const user = await bench.as('user');
  const limits = { rpm: null, tpm: null, maxConcurrency: null };
  const rest = { expiresAt: null, allowedModels: [], allowedIps: [], ...limits };
  await createKey(user, { body: { name: 'k', quotas: [{ span: 'day', limitUsd: '1' }], ...rest } });
  await bench.memory.db
    .update(budgets)
    .set({ used: 900_000_000n, windowStartedAt: new Date(midnight) })
    .where(eq(budgets.span, 'day'));
  const quota = async () => {
    const { items } = await listKeys(user, { query: { limit: 50 } });
    return items[0]?.quotas[0];
  };
  const at = (hour: number) => new Date(midnight + hour * 3_600_000).toISOString();
  expect(await quota()).toMatchObject({ usedUsd: '0.9', resetsAt: at(24) });
  await set({ timeZone: 'Asia/Shanghai' });
  expect(await quota()).toMatchObject({ usedUsd: '0.9', resetsAt: at(40) });
  await set({ timeZone: 'America/New_York' });
  expect(await quota()).toMatchObject({ usedUsd: '0.9' });
  bench.clock.advance(24 * 3_600_000);
  expect(await quota()).toMatchObject({ usedUsd: '0', resetsAt: null });
});
