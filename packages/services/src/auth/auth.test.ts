// Sign-in: the first user, rate limits, sessions, and what an answer must not reveal.
import { accounts } from '@api-proxy/db/schema/accounts';
import { installation } from '@api-proxy/db/schema/installation';
import { sessions } from '@api-proxy/db/schema/sessions';
import { settings } from '@api-proxy/db/schema/settings';
import { users } from '@api-proxy/db/schema/users';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { openTestBench, TEST_ORIGIN, type TestBench } from '../testing/bench.ts';
import { resetPassword } from '../user/reset-password.ts';
import { updateUser } from '../user/update-user.ts';

let bench: TestBench;
let address = 0;

beforeAll(async () => {
  bench = await openTestBench();
}, 60_000);
beforeEach(async () => {
  await bench.reset();
  address += 1;
});
afterAll(() => bench.close());

type Sent = { cookie?: string; origin?: string | null; ip?: string; method?: string };

function send(path: string, body: unknown, sent: Sent = {}): Promise<Response> {
  const headers = new Headers({ host: 'relay.test:3000' });
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (sent.cookie) headers.set('cookie', sent.cookie);
  if (sent.origin !== null) headers.set('origin', sent.origin ?? TEST_ORIGIN);
  // Without it every test would share one address and its limit.
  const ip = sent.ip ?? `198.51.100.${address}`;
  const method = sent.method ?? 'POST';
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  return bench.auth.handle(new Request(`${TEST_ORIGIN}/api/auth${path}`, init), ip);
}

const PASSWORD = 'correct horse battery';

function register(name: string, extra: Record<string, unknown> = {}): Promise<Response> {
  return send('/sign-up/email', { name, email: `${name}@example.com`, password: PASSWORD, ...extra });
}

function signIn(name: string, password = PASSWORD, sent: Sent = {}): Promise<Response> {
  return send('/sign-in/email', { email: `${name}@example.com`, password }, sent);
}

function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
}

/** The names of all fields, without their values. */
async function shapeOf(response: Response): Promise<string> {
  const text = JSON.stringify(await response.json(), (_, value) =>
    typeof value === 'string' ? 'text' : value,
  );
  return text;
}

function whoIs(cookie: string) {
  return bench.auth.session(new Headers({ cookie }), bench.clock.nowMs());
}

it('a registered user signs in, is known by the cookie, and signs out', async () => {
  expect((await register('ada')).status).toBe(200);
  const response = await signIn('ada');
  expect(response.status).toBe(200);
  const [cookie = ''] = response.headers.getSetCookie();
  expect(cookie).toMatch(/HttpOnly/i);
  expect(cookie).toMatch(/SameSite=Lax/i);
  expect(cookie).not.toMatch(/Secure/i);
  const session = await whoIs(cookieOf(response));
  expect(session?.user).toMatchObject({ name: 'ada', role: 'super_admin' });
  expect(session?.user.userId).toMatch(/^usr_/);
  await send('/sign-out', {}, { cookie: cookieOf(response) });
  expect(await whoIs(cookieOf(response))).toBeNull();
});

it('what a page asks for at once is one look at the session, and the next request sees a lock', async () => {
  await register('ada');
  await register('bob');
  const cookie = cookieOf(await signIn('bob'));
  await whoIs(cookie);
  const looks = vi.spyOn(bench.memory.db, 'select');
  await whoIs(cookie);
  const ofOne = looks.mock.calls.length;
  const answers = await Promise.all(Array.from({ length: 6 }, () => whoIs(cookie)));
  expect(answers.map((answer) => answer?.user.name)).toEqual(Array(6).fill('bob'));
  expect([ofOne, looks.mock.calls.length]).toEqual([2, 4]);
  looks.mockRestore();
  await bench.memory.db.update(users).set({ status: 'disabled' }).where(eq(users.name, 'bob'));
  expect(await whoIs(cookie)).toBeNull();
});

it('the password is stored as argon2id only', async () => {
  await register('ada');
  const [account] = await bench.memory.db.select().from(accounts);
  expect(account?.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

it('of parallel first registrations exactly one becomes super admin', async () => {
  const names = Array.from({ length: 8 }, (_, index) => `user${index}`);
  const answers = await Promise.all(names.map((name) => register(name)));
  expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
  const rows = await bench.memory.db.select({ id: users.id, role: users.role }).from(users);
  const owners = rows.filter(({ role }) => role === 'super_admin');
  expect(rows).toHaveLength(8);
  expect(owners).toHaveLength(1);
  const [row] = await bench.memory.db.select().from(installation);
  expect(row?.ownerUserId).toBe(owners[0]?.id);
});

it('a role or status sent at registration is refused or ignored, never taken', async () => {
  await register('owner');
  await register('eve', { role: 'super_admin', status: 'active' });
  const [eve] = await bench.memory.db.select().from(users).where(eq(users.email, 'eve@example.com'));
  expect(eve?.role ?? 'user').toBe('user');
});

it('a taken address is answered like a new one', async () => {
  await register('ada');
  const [taken, fresh] = [await register('ada'), await register('bob')];
  expect(taken.status).toBe(fresh.status);
  expect(taken.headers.getSetCookie()).toEqual(fresh.headers.getSetCookie());
  const [one, other] = [await shapeOf(taken), await shapeOf(fresh)];
  expect(one).toEqual(other);
  expect(await bench.memory.db.select().from(users)).toHaveLength(2);
});

it('a wrong password and an unknown account get the same answer', async () => {
  await register('ada');
  const [wrong, unknown] = [await signIn('ada', 'not the password'), await signIn('nobody')];
  expect(wrong.status).toBe(401);
  expect(unknown.status).toBe(401);
  expect(await wrong.text()).toBe(await unknown.text());
});

it('guessing at one account is stopped from any address, known or not, and a success clears the count', async () => {
  await register('ada');
  for (const name of ['ada', 'nobody']) {
    const answers: number[] = [];
    for (let attempt = 0; attempt < 11; attempt += 1) {
      answers.push((await signIn(name, 'wrong password', { ip: `203.0.113.${attempt}` })).status);
    }
    expect(answers).toEqual([...new Array<number>(10).fill(401), 429]);
  }
  bench.clock.advance(901_000);
  for (let round = 0; round < 12; round += 1) {
    expect((await signIn('ada', PASSWORD, { ip: `203.0.113.${round}` })).status).toBe(200);
  }
});

it('many sign-ins from one address are stopped', async () => {
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 21; attempt += 1) {
    statuses.push((await signIn(`guess${attempt}`, 'wrong password', { ip: '192.0.2.9' })).status);
  }
  expect(statuses.slice(0, 20)).not.toContain(429);
  expect(statuses[20]).toBe(429);
});

it("a client's own address header does not get around the limit", async () => {
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 21; attempt += 1) {
    const headers = new Headers({
      host: 'relay.test:3000',
      'content-type': 'application/json',
      'x-forwarded-for': `10.9.8.${attempt}`,
      'x-relay-client-ip': `10.9.8.${attempt}`,
    });
    const body = JSON.stringify({ email: `x${attempt}@example.com`, password: 'wrong password' });
    const request = new Request(`${TEST_ORIGIN}/api/auth/sign-in/email`, { method: 'POST', headers, body });
    statuses.push((await bench.auth.handle(request, '192.0.2.77')).status);
  }
  expect(statuses[20]).toBe(429);
});

it('closed registration refuses all but the first user', async () => {
  await bench.memory.db.insert(settings).values({ name: 'registrationOpen', value: false });
  expect((await register('owner')).status).toBe(200);
  const refused = await register('late');
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ code: 'REGISTRATION_CLOSED' });
});

async function adminAndUser() {
  await register('owner');
  await register('ada');
  const [ada] = await bench.memory.db.select().from(users).where(eq(users.email, 'ada@example.com'));
  return { admin: await bench.as('admin'), userId: ada?.id ?? '' };
}

it('a disabled user loses all sessions and gets no new one', async () => {
  const { admin, userId } = await adminAndUser();
  const cookie = cookieOf(await signIn('ada'));
  expect(await whoIs(cookie)).not.toBeNull();
  await updateUser(admin, { params: { userId }, body: { status: 'disabled' } });
  expect(await whoIs(cookie)).toBeNull();
  expect((await signIn('ada')).status).toBe(403);
  expect((await signIn('ada', 'wrong password')).status).toBe(401);
  expect(await bench.memory.db.select().from(sessions).where(eq(sessions.userId, userId))).toEqual([]);
});

it('a changed password ends the other sessions and gives this one a new token', async () => {
  await register('ada');
  const [here, there] = [cookieOf(await signIn('ada')), cookieOf(await signIn('ada'))];
  const body = { currentPassword: PASSWORD, newPassword: 'another long password' };
  const changed = await send('/change-password', body, { cookie: here });
  expect(changed.status).toBe(200);
  expect(await whoIs(there)).toBeNull();
  expect(await whoIs(here)).toBeNull();
  expect((await whoIs(cookieOf(changed)))?.user.name).toBe('ada');
  expect((await signIn('ada')).status).toBe(401);
  expect((await signIn('ada', 'another long password')).status).toBe(200);
});

it("an admin's reset sets the password and ends all sessions", async () => {
  const { admin, userId } = await adminAndUser();
  const cookie = cookieOf(await signIn('ada'));
  await resetPassword(admin, { params: { userId }, body: { password: 'given by the admin' } });
  expect(await whoIs(cookie)).toBeNull();
  expect((await signIn('ada', 'given by the admin')).status).toBe(200);
});

it('a user lists own sessions and revokes another one', async () => {
  await register('ada');
  const [here, there] = [cookieOf(await signIn('ada')), cookieOf(await signIn('ada'))];
  const listed = await send('/list-sessions', undefined, { cookie: here, method: 'GET' });
  expect(await listed.json()).toHaveLength(2);
  await send('/revoke-other-sessions', {}, { cookie: here });
  expect(await whoIs(there)).toBeNull();
  expect(await whoIs(here)).not.toBeNull();
});

it('a request with a cookie from another origin is refused', async () => {
  await register('ada');
  const cookie = cookieOf(await signIn('ada'));
  expect((await send('/sign-out', {}, { cookie, origin: 'http://evil.test' })).status).toBe(403);
  expect(await whoIs(cookie)).not.toBeNull();
});

it('endpoints that the product has verbs for are not offered', async () => {
  await register('ada');
  const cookie = cookieOf(await signIn('ada'));
  for (const path of ['/update-user', '/delete-user', '/change-email', '/request-password-reset']) {
    expect((await send(path, { name: 'x', role: 'super_admin' }, { cookie })).status, path).toBe(404);
  }
});
