// Where this installation may connect to on behalf of channels: one policy for forms, tests and traffic.
import { lookup } from 'node:dns/promises';
import type { Logger } from '@api-proxy/kit/logger';
import type { OutboundPolicy } from '@api-proxy/services/channel/outbound-address';
import type { WorkerSettings } from '../child-messages.ts';

/** Says in the log what it allows beyond public addresses. */
export function outboundPolicy(
  settings: Pick<WorkerSettings, 'embedded' | 'production' | 'outboundAllow'>,
  log: Logger,
): OutboundPolicy {
  const { outboundAllow: allowList } = settings;
  // Whoever runs this on one machine tries it with an upstream on that machine.
  const allowLoopback = settings.embedded || !settings.production;
  if (allowLoopback) log.info('channels may lead to this machine: embedded or development mode');
  if (allowList.length > 0) log.info({ allowList }, 'channels may lead to private addresses: OUTBOUND_ALLOW');
  return {
    allowLoopback,
    allowList,
    resolve: async (hostname) => (await lookup(hostname, { all: true })).map(({ address }) => address),
  };
}
