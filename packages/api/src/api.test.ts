// The control API over HTTP: a block for each status it answers.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ApiBench, openApiBench } from './api-bench.ts';

let api: ApiBench;

beforeAll(async () => {
  api = await openApiBench();
}, 60_000);
beforeEach(() => api.bench.reset());
afterAll(() => api.bench.close());

const failure = (code: string) => ({ error: expect.objectContaining({ code }) });

function fields(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body)).error?.details?.fields;
}

describe('200', () => {
  it('the site tells an empty installation that it needs its first user, and its own address', async () => {
    const { status, body, headers } = await api.call('/api/site');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      setupNeeded: true,
      registrationOpen: true,
      publicUrl: 'http://relay.test:3000',
    });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-request-id')).toMatch(/^evt_/);
  });

  it('a person registers, signs in and is asked for by cookie', async () => {
    const origin = 'http://relay.test:3000';
    const person = { email: 'ada@example.com', password: 'correct horse battery' };
    const post = (path: string, body: unknown) =>
      api.call(path, { method: 'POST', body, headers: { origin } });
    expect((await post('/api/auth/sign-up/email', { ...person, name: 'Ada' })).status).toBe(200);
    const cookie = (await post('/api/auth/sign-in/email', person)).headers.getSetCookie().join('; ');
    const me = await api.call('/api/me', { headers: { cookie } });
    expect(me.body).toMatchObject({ name: 'Ada', role: 'super_admin', balance: { quotaUsd: null } });
    expect((await api.call('/api/site')).body).toMatchObject({ setupNeeded: false });
  });

  it('the OpenAPI document names every endpoint', async () => {
    const { body } = await api.call('/api/openapi.json');
    expect(body).toMatchObject({
      openapi: '3.1.0',
      paths: { '/api/users/{userId}': { get: { operationId: 'users.get' }, patch: {}, delete: {} } },
    });
  });
});

describe('400', () => {
  it('names every wrong field, in params, query and body', async () => {
    const as = await api.user('admin');
    const wrong = await api.call('/api/users/someone', {
      method: 'PATCH',
      as,
      body: { status: 'gone', nose: 1 },
    });
    expect(wrong.status).toBe(400);
    expect(wrong.body).toMatchObject(failure('invalid_input'));
    expect(fields(wrong.body)).toMatchObject([
      { path: 'params.userId' },
      { path: 'body.status' },
      { path: 'body.nose', message: 'is not accepted here' },
    ]);
    const query = await api.call('/api/users?limit=9999', { as });
    expect(fields(query.body)).toMatchObject([{ path: 'query.limit' }]);
  });

  it('malformed JSON is said to be so', async () => {
    const as = await api.user('user');
    const { status, body } = await api.call('/api/me', { method: 'PATCH', as, text: '{"name":' });
    expect(status).toBe(400);
    expect(fields(body)).toEqual([{ path: 'body', message: 'is not valid JSON' }]);
  });

  it('a user who sends role, status, quota or factor changes nothing', async () => {
    const as = await api.user('user');
    const before = await api.bench.userRows();
    for (const extra of [
      { role: 'super_admin' },
      { quotaUsd: '100' },
      { status: 'active' },
      { multiplier: '0' },
    ]) {
      const { status } = await api.call('/api/me', { method: 'PATCH', as, body: { name: 'Eve', ...extra } });
      expect(status, JSON.stringify(extra)).toBe(400);
    }
    expect(await api.bench.userRows()).toEqual(before);
  });
});

describe('401 and 403', () => {
  it('without a session nothing of the input is read', async () => {
    const { status, body } = await api.call('/api/users', { method: 'POST', text: 'nonsense' });
    expect(status).toBe(401);
    expect(body).toEqual(failure('unauthenticated'));
  });

  it.each([
    { origin: 'http://evil.test' },
    { origin: 'http://relay.test:4000' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('a change asked for by another site is refused: %j', async (headers) => {
    const as = await api.user('user');
    const { status, body } = await api.call('/api/me', {
      method: 'PATCH',
      as,
      body: { name: 'Eve' },
      headers,
    });
    expect(status).toBe(403);
    expect(body).toEqual(failure('cross_site'));
    expect(await api.bench.userRows()).toMatchObject([{ name: 'user' }]);
  });

  it('sign-in is guarded the same way', async () => {
    const headers = { origin: 'http://evil.test' };
    const body = { email: 'a@example.com', password: 'whatever it is' };
    expect((await api.call('/api/auth/sign-in/email', { method: 'POST', body, headers })).status).toBe(403);
  });

  it('the own origin passes, with http as with https in front', async () => {
    const as = await api.user('user');
    for (const origin of ['http://relay.test:3000', 'https://relay.test:3000']) {
      const headers = { origin, 'sec-fetch-site': 'same-origin' };
      const { status } = await api.call('/api/me', { method: 'PATCH', as, body: { name: 'Ada' }, headers });
      expect(status).toBe(200);
    }
  });
});

describe('404, 405, 413, 415', () => {
  it('an unknown path is answered in JSON', async () => {
    for (const path of ['/api/nothing', '/api/', '/api/users/usr_1/unknown']) {
      const { status, body } = await api.call(path);
      expect(status, path).toBe(404);
      expect(body).toEqual(failure('not_found'));
    }
  });

  it('a wrong method is told which ones there are', async () => {
    const { status, headers, body } = await api.call('/api/users/usr_1', { method: 'PUT', body: {} });
    expect(status).toBe(405);
    expect(headers.get('allow')).toBe('GET, PATCH, DELETE, HEAD');
    expect(body).toEqual(failure('method_not_allowed'));
  });

  it('a body over 1 MB is refused', async () => {
    const as = await api.user('user');
    const text = JSON.stringify({ name: 'x'.repeat(1_100_000) });
    const headers = { 'content-length': String(text.length) };
    const { status, body } = await api.call('/api/me', { method: 'PATCH', as, text, headers });
    expect(status).toBe(413);
    expect(body).toEqual(failure('too_large'));
  });

  it('a body that is no JSON by its type is refused', async () => {
    const as = await api.user('user');
    const headers = { 'content-type': 'text/plain' };
    const { status, body } = await api.call('/api/me', { method: 'PATCH', as, text: '{}', headers });
    expect(status).toBe(415);
    expect(body).toEqual(failure('unsupported_media_type'));
  });
});

describe('409', () => {
  it('a taken name is told as such', async () => {
    const as = await api.user('admin');
    const post = () => api.call('/api/models', { method: 'POST', as, body: { provider: 'p', name: 'm' } });
    expect((await post()).status).toBe(200);
    const again = await post();
    expect(again.status).toBe(409);
    expect(again.body).toEqual(failure('name_taken'));
  });
});

describe('429', () => {
  it('who guesses gift card codes is told when to come back, in the header too', async () => {
    const as = await api.user('user');
    const guess = () =>
      api.call('/api/gift-cards/redeem', { method: 'POST', as, body: { code: 'ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ' } });
    for (let n = 0; n < 10; n += 1) expect((await guess()).body).toEqual(failure('gift_card_unknown'));
    const refused = await guess();
    expect(refused.status).toBe(429);
    expect(refused.body).toEqual(failure('too_many_requests'));
    expect(refused.headers.get('retry-after')).toBe('900');
  });
});

describe('500 and 503', () => {
  it('an unexpected failure shows nothing of its cause', async () => {
    const as = await api.user('user');
    const broken = vi.spyOn(api.bench.ports.clock, 'nowMs').mockImplementation(() => {
      throw new Error('canary of the inside');
    });
    const { status, body } = await api.call('/api/me', { as });
    broken.mockRestore();
    expect(status).toBe(500);
    expect(body).toEqual(failure('internal'));
    expect(JSON.stringify(body)).not.toContain('canary');
  });

  it('a server that is not ready says so, and is alive all the same', async () => {
    api.state.ready = false;
    const ready = await api.call('/api/health/ready');
    const live = await api.call('/api/health/live');
    api.state.ready = true;
    expect(ready.status).toBe(503);
    expect(ready.body).toEqual(failure('not_ready'));
    expect(live).toMatchObject({ status: 200, body: { status: 'ok' } });
  });
});
