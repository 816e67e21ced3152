// The reads: which requests they are, and that the reader answers them as the whole API does.
import { endpoints } from '@api-proxy/contracts/all';
import { silentLogger } from '@api-proxy/kit/logger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiBench, openApiBench } from './api-bench.ts';
import { createReadApi } from './read-api.ts';
import { isRead, isReadId } from './reads.ts';

const fill = (path: string): string => path.replace(/\{\w+\}/g, 'some-id');

describe('isRead', () => {
  it.each(endpoints.map(({ id, method, path }) => ({ id, method, path })))('$id', ({ id, method, path }) => {
    expect(isRead(method, fill(path))).toBe(isReadId(id));
    expect(isRead(method, `${fill(path)}?limit=1`)).toBe(isReadId(id));
  });

  it.each([
    '/api/keysets',
    '/api/keys/',
    '/api',
    '/api/me/',
    '/x/api/me',
    '/api/auth/get-session',
    '/api/users/a/b',
  ])('%s is none', (path) => expect(isRead('GET', path)).toBe(false));

  it('is what was asked for with GET only', () => {
    for (const method of ['HEAD', 'POST', 'OPTIONS', undefined])
      expect(isRead(method, '/api/me')).toBe(false);
  });
});

describe('the API that only reads', () => {
  let api: ApiBench;
  let cookie = '';
  beforeAll(async () => {
    api = await openApiBench();
    const person = { email: 'root@example.com', password: 'correct horse battery' };
    const post = (path: string, body: unknown) =>
      api.call(path, { method: 'POST', body, headers: { origin: 'http://relay.test:3000' } });
    await post('/api/auth/sign-up/email', { ...person, name: 'Root' });
    cookie = (await post('/api/auth/sign-in/email', person)).headers.getSetCookie().join('; ');
    await api.call('/api/keys', { method: 'POST', body: { name: 'k' }, headers: { cookie } });
    const me = await api.call('/api/me', { headers: { cookie } });
    await api.bench.logRequest(JSON.parse(JSON.stringify(me.body)).id);
  }, 60_000);
  afterAll(() => api.bench.close());

  const ask = async (path: string, headers: Record<string, string>) => {
    const { ports, auth } = api.bench;
    const { db, clock, siteInfo } = ports;
    const reader = createReadApi({ ports: { db, clock, siteInfo }, auth, logger: silentLogger });
    const request = new Request(`http://relay.test:3000${path}`, {
      headers: { host: 'relay.test:3000', ...headers },
    });
    const response = await reader.fetch(request, { clientIp: '198.51.100.9' });
    return { status: response.status, body: await response.json() };
  };

  it.each(endpoints.filter(({ id }) => isReadId(id)).map(({ id, path }) => ({ id, path })))(
    'answers $id as the whole API does, with a session and without',
    async ({ path }) => {
      const url = fill(path);
      for (const headers of [{ cookie }, {}]) {
        const { status, body } = await api.call(url, { headers });
        expect(await ask(url, headers)).toEqual({ status, body });
      }
    },
  );

  it('has something to show in it', async () => {
    const { body } = await ask('/api/keys', { cookie });
    expect(body).toMatchObject({ items: [{ name: 'k' }] });
    expect((await ask('/api/request-logs', { cookie })).body).toMatchObject({ items: [{ modelAsked: 'm' }] });
  });

  it('answers nothing else', async () => {
    for (const path of ['/api/channels', '/api/auth/get-session', '/api/health', '/api/openapi.json']) {
      expect((await ask(path, { cookie })).status, path).toBe(404);
    }
  });
});
