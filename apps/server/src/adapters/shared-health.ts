// What one worker learns about channel keys reaches the others: each keeps the whole state, and passes its reports on.
import type { ChannelHealth, HealthReport } from '@api-proxy/gateway/ports';
import type { MemoryChannelHealth } from '@api-proxy/gateway/routing/health';
import type { Logger } from '@api-proxy/kit/logger';
import type { Bus } from '@api-proxy/stores/bus/port';
import type { Cooldowns } from '@api-proxy/stores/cooldown/port';
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

const memoSchema = z.object({
  key: z
    .object({
      untilMs: z.number(),
      failures: z.number(),
      refusals: z.number(),
      open: z.boolean(),
      probeUntilMs: z.number(),
      lastMs: z.number(),
    })
    .nullable(),
  models: z.array(z.tuple([z.string(), z.number()])),
  endsMs: z.number(),
});

/** A probe nobody heard of again makes room for the next. */
const PROBE_LEASE_MS = 60_000;

export type SharedHealthOptions = {
  local: MemoryChannelHealth;
  bus: Bus;
  /** For workers that come later, and for the one probe of a breaker that is half open. */
  cooldowns: Cooldowns;
  /** Who reports; a worker's own reports come back to it and are not counted twice. */
  workerId: string;
  nowMs: () => number;
  log: Logger;
};

export type SharedHealth = ChannelHealth & {
  /** Takes in what the other workers know: at the start, and when Redis is reached again. Never rejects. */
  catchUp(): Promise<void>;
};

/** Successes of a key that nobody has complained about are no news: healthy traffic sends nothing. */
export function sharedHealth(options: SharedHealthOptions): SharedHealth {
  const { local, bus, cooldowns, workerId, nowMs, log } = options;
  const blemished = new Set<string>();
  const probing = new Set<string>();
  const isNews = ({ lesson, channelKeyId }: HealthReport): boolean => {
    if (lesson === 'nothing') return false;
    if (lesson === 'success') return blemished.delete(channelKeyId);
    blemished.add(channelKeyId);
    return true;
  };
  const tell = (news: News) => bus.publish(TOPIC, { from: workerId, news });
  const keep = (channelKeyId: string) => {
    const memo = local.memoOf(channelKeyId);
    if (memo) cooldowns.save(channelKeyId, JSON.stringify(memo), memo.endsMs);
    else cooldowns.drop([channelKeyId]);
  };
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
    breaker: (channelKeyId, now) => local.breaker(channelKeyId, now),
    begin: (channelKeyId, now) => {
      const probes =
        local.breaker(channelKeyId, now) === 'half_open' && local.coolingUntilMs(channelKeyId, '') <= now;
      local.begin(channelKeyId, now);
      if (!probes) return true;
      const claimed = (mine: boolean): boolean => {
        if (mine) probing.add(channelKeyId);
        return mine;
      };
      const answer = cooldowns.claimProbe(channelKeyId, PROBE_LEASE_MS);
      return answer instanceof Promise ? answer.then(claimed) : claimed(answer);
    },
    report: (report) => {
      const { channelKeyId } = report;
      local.report(report);
      const probed = probing.delete(channelKeyId);
      if (!isNews(report) && !probed) return;
      // The others learn how it went before one of them may probe again.
      tell({ kind: 'report', report });
      keep(channelKeyId);
      if (probed) cooldowns.endProbe(channelKeyId);
    },
    clear: (channelKeyId) => {
      blemished.delete(channelKeyId);
      probing.delete(channelKeyId);
      local.clear(channelKeyId);
      tell({ kind: 'clear', channelKeyId });
      cooldowns.drop([channelKeyId]);
      cooldowns.endProbe(channelKeyId);
    },
    catchUp: async () => {
      for (const [channelKeyId, text] of await cooldowns.all(nowMs())) {
        const memo = memoSchema.safeParse(parsed(text)).data;
        if (!memo) continue;
        blemished.add(channelKeyId);
        local.takeIn(channelKeyId, memo);
      }
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
