// The notices of the services over the bus: what was told is checked again where it arrives.
import type { Logger } from '@api-proxy/kit/logger';
import type { NoticeBus } from '@api-proxy/services/context';
import type { Bus } from '@api-proxy/stores/bus/port';
import { z } from 'zod';

const configSchema = z.object({ version: z.number() });
const callerSchema = z.object({ userId: z.string(), keyId: z.string().nullable() });

export type NoticeListeners = {
  config: (version: number) => void;
  caller: (userId: string, keyId: string | null) => void;
};

/** What the services publish to. */
export function noticeBus(bus: Bus): NoticeBus {
  return { publish: (topic, payload) => bus.publish(topic, payload) };
}

/** Tells this worker's caches. A notice that can't be read is logged; the caches heal by their own checks. */
export function listenToNotices(bus: Bus, listeners: NoticeListeners, log: Logger): void {
  bus.subscribe('config', (payload) => {
    const notice = configSchema.safeParse(payload);
    if (notice.success) listeners.config(notice.data.version);
    else log.warn({ payload }, 'a notice about the configuration could not be read');
  });
  bus.subscribe('caller', (payload) => {
    const notice = callerSchema.safeParse(payload);
    if (notice.success) listeners.caller(notice.data.userId, notice.data.keyId);
    else log.warn({ payload }, 'a notice about a caller could not be read');
  });
}
