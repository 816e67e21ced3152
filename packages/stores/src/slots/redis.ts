// Parallel calls per channel shared through Redis: each worker holds a number of places, restated in time or lost.
import type { Bus } from '../bus/port.ts';
import { type RedisLink, script } from '../link/redis.ts';
import { STATE_PLACES } from './lua.ts';
import { type Grant, PlacePool, type Statement } from './pool.ts';
import type { Slots } from './port.ts';

const PREFIX = 'api-proxy:places:';
const TOPIC = 'places-short';
/** Places of a worker that is not heard of are free after this time. */
const TTL_MS = 60_000;
const RESTATE_MS = 20_000;
const TEND_MS = 1_000;
/** Others are asked to give way at most this often per channel. */
const SHORT_EVERY_MS = 100;

const stateScript = script(STATE_PLACES);

export type RedisSlotsOptions = {
  link: RedisLink;
  bus: Bus;
  /** Unique among all workers. */
  workerId: string;
  /** Workers that share the places, as last known. */
  instances: () => number;
  nowMs: () => number;
};

function channelOf(payload: unknown, self: string): string | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined;
  if (!('channelId' in payload) || !('from' in payload) || payload.from === self) return undefined;
  return typeof payload.channelId === 'string' ? payload.channelId : undefined;
}

/**
 * A place costs no call while the limit is far, and one statement near it, together with what else is sent in the turn.
 * While Redis is away each worker has its part: limit ÷ workers, at least one.
 */
export function redisSlots(options: RedisSlotsOptions): Slots {
  const { link, bus, workerId, nowMs } = options;
  const pools = new Map<string, PlacePool>();
  const unbounded = new Map<string, number>();
  const state = async (channelId: string, { used, wanted, max }: Statement): Promise<Grant> => {
    const keys = [`${PREFIX}{${channelId}}`, `${PREFIX}{${channelId}}:ends`];
    const answer = await link.run(stateScript, keys, [workerId, nowMs(), TTL_MS, used, wanted, max]);
    const [granted, others] = Array.isArray(answer) ? answer.map(Number) : [];
    if (granted === undefined || others === undefined)
      throw new TypeError('the script of places gave no list');
    return { granted, others };
  };
  const poolOf = (channelId: string): PlacePool => {
    const known = pools.get(channelId);
    if (known) return known;
    let saidAtMs = Number.NEGATIVE_INFINITY;
    const pool = new PlacePool({
      nowMs,
      state: (statement) => state(channelId, statement),
      isShared: () => link.state() === 'up',
      instances: () => Math.max(1, options.instances()),
      short: () => {
        if (nowMs() - saidAtMs < SHORT_EVERY_MS) return;
        saidAtMs = nowMs();
        bus.publish(TOPIC, { from: workerId, channelId });
      },
    });
    pools.set(channelId, pool);
    return pool;
  };
  const tend = (restate: boolean) => {
    for (const [channelId, pool] of pools) {
      pool.tend(restate);
      if (pool.idle) pools.delete(channelId);
    }
  };
  const timers = [
    setInterval(() => tend(false), TEND_MS).unref(),
    setInterval(() => tend(true), RESTATE_MS).unref(),
  ];
  const ends = [
    bus.subscribe(TOPIC, (payload) => pools.get(channelOf(payload, workerId) ?? '')?.yield()),
    link.onChange((is) => {
      if (is === 'up') for (const pool of pools.values()) pool.restate();
    }),
  ];
  const free = (channelId: string) => unbounded.get(channelId) ?? 0;
  return {
    tryTake(channelId, max) {
      if (max !== null) return poolOf(channelId).tryTake(max);
      unbounded.set(channelId, free(channelId) + 1);
      return true;
    },
    prepare(channelId, max) {
      if (max !== null) poolOf(channelId).prepare(max);
    },
    release(channelId) {
      // A bound may have come or gone while the call ran: what was taken without one is given back first.
      if (free(channelId) > 1) unbounded.set(channelId, free(channelId) - 1);
      else if (!unbounded.delete(channelId)) pools.get(channelId)?.release();
    },
    inUse: (channelId) => free(channelId) + (pools.get(channelId)?.usedByAll ?? 0),
    async close() {
      for (const timer of timers) clearInterval(timer);
      for (const end of ends) end();
      const last = [...pools].map(async ([channelId, pool]) => {
        await pool.settled();
        await state(channelId, { used: 0, wanted: 0, max: 0 });
      });
      await Promise.allSettled(last);
    },
  };
}
