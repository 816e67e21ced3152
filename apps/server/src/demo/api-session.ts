// Somebody at the control API, without a browser: signs up, signs in, calls endpoints by their contracts.
import type { Endpoint, InputOf, OutputOf } from '@api-proxy/contracts/endpoint';

export type Credentials = { name: string; email: string; password: string };

export type ApiSession = {
  /** Calls an endpoint and gives what its contract says. @throws Error on any other answer. */
  call<E extends Endpoint>(endpoint: E, input: InputOf<E>): Promise<OutputOf<E>>;
};

/** Registers a new user and signs in; in an empty installation that user is its super admin. */
export async function signUp(url: string, credentials: Credentials): Promise<ApiSession> {
  const { email, password } = credentials;
  await post({ url, path: '/api/auth/sign-up/email', body: credentials });
  const signedIn = await post({ url, path: '/api/auth/sign-in/email', body: { email, password } });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  return {
    call: async (endpoint, input) => {
      const params = fieldOf(input, 'params');
      const content = fieldOf(input, 'body');
      const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(String(fieldOf(params, name))),
      );
      const body = content === undefined ? null : JSON.stringify(content);
      const headers = { origin: url, cookie, ...(body !== null && { 'content-type': 'application/json' }) };
      const answer = await fetch(`${url}${path}`, { method: endpoint.method, headers, body });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${endpoint.id} answered ${answer.status}: ${text}`);
      return outputOf(endpoint, JSON.parse(text));
    },
  };
}

/** The parse gives the endpoint's output type, which the general type of an endpoint can't name. */
function outputOf<E extends Endpoint>(endpoint: E, body: unknown): OutputOf<E> {
  return endpoint.output.parse(body) as OutputOf<E>;
}

function fieldOf(source: unknown, name: string): unknown {
  return typeof source === 'object' && source !== null ? Reflect.get(source, name) : undefined;
}

async function post({ url, path, body }: { url: string; path: string; body: unknown }): Promise<Response> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { origin: url, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer;
}
