// What one worker learns about channel keys reaches the others: each keeps the whole state, and passes its reports on.
import type { Begun, ChannelHealth } from '@api-proxy/gateway/ports';
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
        beganMs: z.number(),
        probe: z.string().nullable(),
        /** Pauses count from here wherever the report arrives. */
        nowMs: z.number(),
      }),
    }),
    z.object({ kind: z.literal('clear'), channelKeyId: z.string() }),
    z.object({ kind: z.literal('whole'), channelKeyId: z.string() }),
    z.object({
      kind: z.literal('broke_off'),
      cut: z.object({ channelKeyId: z.string(), beganMs: z.number(), nowMs: z.number() }),
    }),
  ]),
});

type News = z.infer<typeof messageSchema>['news'];

const memoSchema = z.object({
  key: z
    .object({
      untilMs: z.number(),
      pausedMs: z.number(),
      failures: z.number(),
      refusals: z.number(),
      open: z.boolean(),
      probeUntilMs: z.number(),
      probe: z.string().nullable(),
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

/** Successes that heal nothing are no news: healthy traffic sends nothing. */
export function sharedHealth(options: SharedHealthOptions): SharedHealth {
  const { local, bus, cooldowns, workerId, nowMs } = options;
  /** By channel key, the probe of this worker's that all others wait for. */
  const probing = new Map<string, string>();
  const tell = (news: News) => bus.publish(TOPIC, { from: workerId, news });
  const keep = (channelKeyId: string) => {
    const memo = local.memoOf(channelKeyId);
    if (memo) cooldowns.save(channelKeyId, JSON.stringify(memo), memo.endsMs);
    else cooldowns.drop([channelKeyId]);
  };
  hear(options);
  return {
    coolingUntilMs: (channelKeyId, upstreamModel) => local.coolingUntilMs(channelKeyId, upstreamModel),
    breaker: (channelKeyId, now) => local.breaker(channelKeyId, now),
    begin: (channelKeyId, now) => {
      const begun = local.begin(channelKeyId, now);
      if (!begun || begun.probe === null) return begun;
      const { probe } = begun;
      // Another worker's probe may end while this one asks for its own.
      local.leaveProbe(channelKeyId);
      const claimed = (mine: boolean): Begun | null => {
        if (!mine) return null;
        probing.set(channelKeyId, probe);
        local.ownProbe(channelKeyId, begun, now);
        return begun;
      };
      const answer = cooldowns.claimProbe(channelKeyId, PROBE_LEASE_MS);
      return answer instanceof Promise ? answer.then(claimed) : claimed(answer);
    },
    report: (report) => {
      const { channelKeyId, probe } = report;
      const isNews = local.report(report);
      const probed = probe !== null && probing.get(channelKeyId) === probe;
      if (probed) probing.delete(channelKeyId);
      if (!isNews && !probed) return;
      // The others learn how it went before one of them may probe again.
      tell({ kind: 'report', report });
      keep(channelKeyId);
      if (probed) cooldowns.endProbe(channelKeyId);
    },
    whole: (channelKeyId) => {
      if (local.whole(channelKeyId)) tell({ kind: 'whole', channelKeyId });
    },
    brokeOff: (cut) => {
      if (!local.brokeOff(cut)) return;
      tell({ kind: 'broke_off', cut });
      keep(cut.channelKeyId);
    },
    clear: (channelKeyId) => {
      probing.delete(channelKeyId);
      local.clear(channelKeyId);
      tell({ kind: 'clear', channelKeyId });
      cooldowns.drop([channelKeyId]);
      cooldowns.endProbe(channelKeyId);
    },
    catchUp: async () => {
      for (const [channelKeyId, text] of await cooldowns.all(nowMs())) {
        const memo = memoSchema.safeParse(parsed(text)).data;
        if (memo) local.takeIn(channelKeyId, memo);
      }
    },
  };
}

/** Takes in what the other workers learn. */
function hear({ local, bus, workerId, log }: SharedHealthOptions): void {
  bus.subscribe(TOPIC, (payload) => {
    const message = messageSchema.safeParse(payload);
    if (!message.success) return log.warn({ payload }, 'news about a channel key could not be read');
    const { from, news } = message.data;
    if (from === workerId) return;
    switch (news.kind) {
      case 'clear':
        return local.clear(news.channelKeyId);
      case 'whole':
        return void local.whole(news.channelKeyId);
      case 'broke_off':
        return void local.brokeOff(news.cut);
      case 'report':
        return void local.report(news.report);
    }
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
