// The API on the services' test bench, called as a browser calls it; for the tests of this package.
import type { Role } from '@api-proxy/contracts/enums';
import { silentLogger } from '@api-proxy/kit/logger';
import type { SessionUser } from '@api-proxy/services/auth/sessions';
import { openTestBench, TEST_ORIGIN, type TestBench } from '@api-proxy/services/testing/bench';
import { createApi } from './api.ts';
import type { Health } from './health-port.ts';

export type Sent = {
  method?: string;
  body?: unknown;
  /** Sent as it is, in place of `body`. */
  text?: string;
  headers?: Record<string, string>;
  /** Whose session the request carries. */
  as?: SessionUser;
};

export type Answer = { status: number; headers: Headers; body: unknown };

export type ApiBench = {
  readonly bench: TestBench;
  /** Answers of the health port. */
  readonly state: { live: boolean; ready: boolean };
  call(path: string, sent?: Sent): Promise<Answer>;
  /** A user with a session, for `call`. */
  user(role: Role, name?: string): Promise<SessionUser>;
};

const HEALTH: Health = { status: 'ok', version: '0.1.0', parts: { database: { ok: true } } };

/** Sessions are looked up by a header of the test; sign-in itself is tested in the services. */
const SESSION_COOKIE = 'test-session=';

export async function openApiBench(): Promise<ApiBench> {
  const bench = await openTestBench();
  const sessions = new Map<string, SessionUser>();
  const state = { live: true, ready: true };
  const api = createApi({
    ports: bench.ports,
    auth: {
      handle: bench.auth.handle,
      session: async (headers, nowMs) => {
        const cookie = headers.get('cookie') ?? '';
        if (!cookie.startsWith(SESSION_COOKIE)) return bench.auth.session(headers, nowMs);
        const user = sessions.get(cookie.slice(SESSION_COOKIE.length));
        return user ? { user, cookies: [] } : null;
      },
    },
    health: {
      live: () => state.live,
      ready: async () => ({ ok: state.ready, health: HEALTH }),
      health: async () => HEALTH,
    },
    logger: silentLogger,
  });
  return {
    bench,
    state,
    async call(path, sent = {}) {
      const headers = new Headers({ host: 'relay.test:3000', ...sent.headers });
      if (sent.as) headers.set('cookie', `${SESSION_COOKIE}${sent.as.userId}`);
      const text = sent.text ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body));
      if (text !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json');
      const method = sent.method ?? 'GET';
      const init = { method, headers, ...(text !== undefined && { body: text }) };
      const response = await api.fetch(new Request(`${TEST_ORIGIN}${path}`, init), {
        clientIp: '198.51.100.9',
      });
      const answer = await response.text();
      return { status: response.status, headers: response.headers, body: answer ? JSON.parse(answer) : null };
    },
    async user(role, name = role) {
      const { actor } = await bench.as(role, name);
      const user = { userId: actor.userId, name, role };
      sessions.set(user.userId, user);
      return user;
    },
  };
}
