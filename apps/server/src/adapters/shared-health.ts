// What one worker learns about channel keys reaches the others: each keeps the whole state, and passes its reports on.
import type { ChannelHealth, HealthReport } from '@api-proxy/gateway/ports';
import type { Logger } from '@api-proxy/kit/logger';
import type { Bus } from '@api-proxy/stores/bus/port';
import { z } from 'zod';

const TOPIC = 'channel-health';

const messageSchema = z.object({
  from: z.string(),
  news: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('report'),
      report: z.object({
        channelId: z.string(),
        channelKeyId: z.string(),
        upstreamModel: z.string(),
        lesson: z.enum([
          'nothing',
          'success',
          'failure',
          'overloaded',
          'rate_limited',
          'quota_exhausted',
          'key_rejected',
          'model_missing',
        ]),
        retryAfterMs: z.number().nullable(),
        /** Pauses count from here wherever the report arrives. */
        nowMs: z.number(),
      }),
    }),
    z.object({ kind: z.literal('clear'), channelKeyId: z.string() }),
  ]),
});

type News = z.infer<typeof messageSchema>['news'];

export type SharedHealthOptions = {
  local: ChannelHealth;
  bus: Bus;
  /** Who reports; a worker's own reports come back to it and are not counted twice. */
  workerId: string;
  log: Logger;
};

/** Successes of a key that nobody has complained about are no news: healthy traffic sends nothing. */
export function sharedHealth({ local, bus, workerId, log }: SharedHealthOptions): ChannelHealth {
  const blemished = new Set<string>();
  const isNews = ({ lesson, channelKeyId }: HealthReport): boolean => {
    if (lesson === 'nothing') return false;
    if (lesson === 'success') return blemished.delete(channelKeyId);
    blemished.add(channelKeyId);
    return true;
  };
  const tell = (news: News) => bus.publish(TOPIC, { from: workerId, news });
  bus.subscribe(TOPIC, (payload) => {
    const message = messageSchema.safeParse(payload);
    if (!message.success) return log.warn({ payload }, 'news about a channel key could not be read');
    const { from, news } = message.data;
    if (from === workerId) return;
    if (news.kind === 'clear') {
      blemished.delete(news.channelKeyId);
      local.clear(news.channelKeyId);
    } else {
      isNews(news.report);
      local.report(news.report);
    }
  });
  return {
    coolingUntilMs: (channelKeyId, upstreamModel) => local.coolingUntilMs(channelKeyId, upstreamModel),
    breaker: (channelKeyId, nowMs) => local.breaker(channelKeyId, nowMs),
    begin: (channelKeyId, nowMs) => local.begin(channelKeyId, nowMs),
    report: (report) => {
      local.report(report);
      if (isNews(report)) tell({ kind: 'report', report });
    },
    clear: (channelKeyId) => {
      blemished.delete(channelKeyId);
      local.clear(channelKeyId);
      tell({ kind: 'clear', channelKeyId });
    },
  };
}
