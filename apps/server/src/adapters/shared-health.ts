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

/** A probe whose worker is gone makes room: its lease ends after this, and others ask again every 15 s. */
const PROBE_LEASE_MS = 45_000;
/** As long as the request lives that is the probe, its worker renews the lease. */
const RENEW_MS = 15_000;

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
  const probing = new Probing(options);
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
      local.leaveProbe(channelKeyId, now);
      const claimed = (mine: boolean): Begun | null => {
        if (!mine) return null;
        local.ownProbe(channelKeyId, begun, now);
        probing.add(channelKeyId, probe);
        return begun;
      };
      const answer = cooldowns.claimProbe(channelKeyId, PROBE_LEASE_MS);
      return answer instanceof Promise ? answer.then(claimed) : claimed(answer);
    },
    report: (report) => {
      const { channelKeyId, probe } = report;
      const isNews = local.report(report);
      const probed = probe !== null && probing.is(channelKeyId, probe);
      if (!isNews && !probed) return;
      // The others learn how it went before one of them may probe again; of this worker's network they learn nothing.
      const lesson = report.lesson === 'unreachable' ? 'nothing' : report.lesson;
      tell({ kind: 'report', report: { ...report, lesson } });
      keep(channelKeyId);
      if (probed) probing.end(channelKeyId);
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
      local.clear(channelKeyId);
      tell({ kind: 'clear', channelKeyId });
      cooldowns.drop([channelKeyId]);
      probing.end(channelKeyId);
    },
    catchUp: async () => {
      for (const [channelKeyId, text] of await cooldowns.all(nowMs())) {
        const memo = memoSchema.safeParse(parsed(text)).data;
        if (memo) local.takeIn(channelKeyId, memo);
      }
    },
  };
}

/** The probes of this worker's that all others wait for: each is renewed until it was heard of. */
class Probing {
  /** By channel key. */
  readonly #probes = new Map<string, string>();
  readonly #options: Pick<SharedHealthOptions, 'local' | 'cooldowns' | 'nowMs'>;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: Pick<SharedHealthOptions, 'local' | 'cooldowns' | 'nowMs'>) {
    this.#options = options;
  }

  add(channelKeyId: string, probe: string): void {
    this.#probes.set(channelKeyId, probe);
    this.#timer ??= setInterval(() => this.#renew(), RENEW_MS).unref();
  }

  is(channelKeyId: string, probe: string): boolean {
    return this.#probes.get(channelKeyId) === probe;
  }

  end(channelKeyId: string): void {
    this.#probes.delete(channelKeyId);
    this.#options.cooldowns.endProbe(channelKeyId);
    if (this.#probes.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #renew(): void {
    const { local, cooldowns, nowMs } = this.#options;
    for (const [channelKeyId, probe] of this.#probes) {
      if (local.probes(channelKeyId, probe, nowMs())) cooldowns.renewProbe(channelKeyId, PROBE_LEASE_MS);
      else this.end(channelKeyId);
    }
  }
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
