// The control API as server components call it: with the cookie of the request that is being answered.
import 'server-only';
import type { Endpoint, InputOf, OutputOf } from '@api-proxy/contracts/endpoint';
import { cookies, headers } from 'next/headers';
import { env } from '@/env';
import { send, type Transport } from './api';
import { queryKeyOf } from './query-key';

async function transport(): Promise<Transport> {
  const [jar, head] = await Promise.all([cookies(), headers()]);
  const forwarded: Record<string, string> = {};
  const cookie = jar.toString();
  if (cookie) forwarded.cookie = cookie;
  for (const name of ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'user-agent']) {
    const value = head.get(name);
    if (value) forwarded[name] = value;
  }
  return { origin: env.apiUrl, headers: forwarded };
}

/** Calls an endpoint on behalf of the viewer. @throws ApiError */
export async function serverCall<E extends Endpoint>(endpoint: E, input?: InputOf<E>): Promise<OutputOf<E>> {
  return send(await transport(), endpoint, input);
}

/** A read that a page wants in its first HTML. */
export type Read = { queryKey: unknown[]; queryFn: () => Promise<unknown> };

/** Names a read for `Prefetch`; the input must equal the one the client component uses. */
export function read<E extends Endpoint>(endpoint: E, input?: InputOf<E>): Read {
  return { queryKey: queryKeyOf(endpoint, input), queryFn: () => serverCall(endpoint, input) };
}
