// Which endpoints have a verb.
import type { EndpointId } from '@api-proxy/contracts/all';

/** Health is answered by the server itself, through a port. */
export type HealthId = 'health.get' | 'health.live' | 'health.ready';

export type VerbId = Exclude<EndpointId, HealthId>;
