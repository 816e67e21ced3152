// The control API as a request handler: the services' ports filled, sign-in set up, bound to the HTTP server.
import { createApi } from '@api-proxy/api/api';
import type { HealthPort } from '@api-proxy/api/health-port';
import type { Database } from '@api-proxy/db/database';
import type { Clock } from '@api-proxy/kit/clock';
import type { Logger } from '@api-proxy/kit/logger';
import type { Attempts } from '@api-proxy/services/auth/attempts';
import { createAuth } from '@api-proxy/services/auth/auth';
import type { ServicePorts } from '@api-proxy/services/context';
import { apiHandler } from './api-handler.ts';
import type { WorkerSettings } from './child-messages.ts';
import type { Handler } from './listener.ts';

export type ServicePortsOptions = {
  settings: WorkerSettings;
  version: string;
  db: Database;
  clock: Clock;
  /** Counted over all workers, where they share state. */
  attempts: Attempts;
  parts: Omit<ServicePorts, 'db' | 'clock' | 'attempts' | 'siteInfo'>;
};

/** What the verbs of the services are given, those that jobs call too. */
export function servicePorts(options: ServicePortsOptions): ServicePorts {
  const { settings, version, db, clock, attempts, parts } = options;
  const publicUrl = settings.publicUrl ?? null;
  return { ...parts, db, clock, attempts, siteInfo: { version, publicUrl } };
}

export type ControlApiOptions = {
  settings: WorkerSettings;
  log: Logger;
  health: HealthPort;
  ports: ServicePorts;
};

export function createControlApi({ settings, log, health, ports }: ControlApiOptions): Handler {
  const { db, attempts, siteInfo } = ports;
  const { publicUrl } = siteInfo;
  const auth = createAuth({ db, appSecret: settings.appSecret, publicUrl, attempts, logger: log });
  const api = createApi({ auth, health, logger: log, ports });
  return apiHandler(api);
}
