// The cache key of a read, the same on the server and in the browser.
import type { Endpoint } from '@api-proxy/contracts/endpoint';

/** `keys.list` with an input becomes `['keys', 'list', input]`. */
export function queryKeyOf(endpoint: Pick<Endpoint, 'id'>, input: unknown): unknown[] {
  const [entity = endpoint.id, verb = ''] = endpoint.id.split('.');
  return [entity, verb, input ?? {}];
}
