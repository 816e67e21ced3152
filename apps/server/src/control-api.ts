// The control API as a request handler: the services' ports filled, sign-in set up, bound to the HTTP server.
import { createApi } from '@api-proxy/api/api';
import type { HealthPort } from '@api-proxy/api/health-port';
import type { Database } from '@api-proxy/db/database';
import type { Clock } from '@api-proxy/kit/clock';
import type { Logger } from '@api-proxy/kit/logger';
import { createMemoryAttempts } from '@api-proxy/services/auth/attempts';
import { createAuth } from '@api-proxy/services/auth/auth';
import type { ServicePorts } from '@api-proxy/services/context';
import { getRequestListener } from '@hono/node-server';
import type { WorkerSettings } from './child-messages.ts';
import type { Handler } from './listener.ts';

export type ControlApiOptions = {
  settings: WorkerSettings;
  version: string;
  db: Database;
  clock: Clock;
  log: Logger;
  health: HealthPort;
  parts: Pick<ServicePorts, 'vault' | 'keyHasher' | 'bus' | 'channelProbe' | 'channelLive' | 'outbound'>;
};

export function createControlApi(options: ControlApiOptions): Handler {
  const { settings, db, clock, log } = options;
  const publicUrl = settings.publicUrl ?? null;
  const attempts = createMemoryAttempts(clock);
  const api = createApi({
    auth: createAuth({
      db,
      appSecret: settings.appSecret,
      publicUrl,
      attempts,
      logger: log,
    }),
    health: options.health,
    logger: log,
    ports: {
      ...options.parts,
      db,
      clock,
      attempts,
      siteInfo: { version: options.version, publicUrl },
    },
  });
  const listener = getRequestListener((request, { incoming }) => {
    // The listener before us has put the checked address there and nothing else.
    const clientIp = String(incoming.headers['x-forwarded-for'] ?? '');
    return api.fetch(request, { clientIp });
  });
  return (request, response) => void listener(request, response);
}
