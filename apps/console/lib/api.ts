// The typed client of the control API: an endpoint of the contracts in, its parsed answer out.
import type { Endpoint, InputOf, OutputOf } from '@api-proxy/contracts/endpoint';
import { ApiError, readApiError } from './api-error';

/** How a call travels: from the browser same-origin, from the server to the API with the user's cookie. */
export type Transport = { origin: string; headers: Record<string, string> };

const BROWSER: Transport = { origin: '', headers: {} };

/** The rest arguments of a call: nothing, when the endpoint needs no input. */
export type InputArgs<E extends Endpoint> =
  Record<never, never> extends InputOf<E> ? [input?: InputOf<E>] : [input: InputOf<E>];

/**
 * Calls an endpoint from the browser.
 * @throws ApiError with the server's code, or `network` / `bad_answer`.
 */
export function call<E extends Endpoint>(endpoint: E, ...[input]: InputArgs<E>): Promise<OutputOf<E>> {
  return send(BROWSER, endpoint, input);
}

/** Calls an endpoint over a given transport; `input` must be what `InputOf` says. */
export async function send<E extends Endpoint>(
  transport: Transport,
  endpoint: E,
  input: unknown,
): Promise<OutputOf<E>> {
  const { params, query, body } = partsOf(input);
  const response = await fetch(`${transport.origin}${fillPath(endpoint.path, params)}${queryText(query)}`, {
    method: endpoint.method,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...transport.headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    cache: 'no-store',
    credentials: 'same-origin',
  }).catch((cause: unknown) => {
    throw new ApiError(0, 'network', String(cause));
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw readApiError(response.status, answer);
  return parseAnswer(endpoint, answer);
}

/** Guarantee: the value has passed the endpoint's own output schema, whose output type is `OutputOf`. */
function parseAnswer<E extends Endpoint>(endpoint: E, answer: unknown): OutputOf<E> {
  const parsed = endpoint.output.safeParse(answer);
  if (!parsed.success) throw new ApiError(0, 'bad_answer', `${endpoint.id}: ${parsed.error.message}`);
  return parsed.data as OutputOf<E>;
}

type Parts = { params: Record<string, unknown>; query: Record<string, unknown>; body: unknown };

function partsOf(input: unknown): Parts {
  const given = recordOf(input);
  return { params: recordOf(given.params), query: recordOf(given.query), body: given.body };
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function fillPath(path: string, params: Record<string, unknown>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name] ?? '')));
}

function queryText(query: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : '';
}
