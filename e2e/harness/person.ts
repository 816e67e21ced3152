// Somebody at the console, without a browser: signs in, keeps the cookie, calls endpoints by their contracts.
import type { Endpoint, InputOf, OutputOf } from '@api-proxy/contracts/endpoint';

export type Answer = { status: number; body: unknown };

export type Person = {
  /** Calls an endpoint and gives what its contract says. @throws Error on any other answer. */
  call<E extends Endpoint>(endpoint: E, input: InputOf<E>): Promise<OutputOf<E>>;
  /** Any request with this person's cookie. */
  request(method: string, path: string, body?: unknown): Promise<Answer>;
  /** What a browser of this person sends, for pages; empty before signing in. */
  cookie(): string;
};

function fill(path: string, params: unknown): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(valueAt(params, name))));
}

function valueAt(source: unknown, name: string): unknown {
  return typeof source === 'object' && source !== null ? Reflect.get(source, name) : undefined;
}

function queryText(query: unknown): string {
  if (typeof query !== 'object' || query === null) return '';
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) search.append(name, String(value));
  return search.size > 0 ? `?${search}` : '';
}

/** Somebody who has no session yet. */
export function stranger(url: string): Person {
  let cookie = '';
  const request = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        origin: url,
        ...(cookie ? { cookie } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const set = response.headers.getSetCookie();
    if (set.length > 0) cookie = set.map((line) => line.split(';')[0]).join('; ');
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : undefined };
  };
  return {
    request,
    cookie: () => cookie,
    async call(endpoint, input) {
      const path = fill(endpoint.path, valueAt(input, 'params')) + queryText(valueAt(input, 'query'));
      const { status, body } = await request(endpoint.method, path, valueAt(input, 'body'));
      if (status !== 200) throw new Error(`${endpoint.id} answered ${status}: ${JSON.stringify(body)}`);
      // The parse gives the endpoint's output type, which `Endpoint` alone can't name.
      return endpoint.output.parse(body) as OutputOf<typeof endpoint>;
    },
  };
}

async function signed(person: Person, path: string, body: object): Promise<void> {
  const answer = await person.request('POST', path, body);
  if (answer.status !== 200)
    throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
}

/** Registers and logs in; the first one to do so in an installation is its super admin. */
export async function register(url: string, name = 'ada'): Promise<Person> {
  const person = stranger(url);
  const login = { email: `${name}@example.com`, password: 'correct horse battery' };
  await signed(person, '/api/auth/sign-up/email', { name, ...login });
  await signed(person, '/api/auth/sign-in/email', login);
  return person;
}
