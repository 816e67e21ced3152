// Limits shared through Redis: a request costs no call while they are far, and a statement near them.
import type { Clock } from '@api-proxy/kit/clock';
import type { Bus } from '../bus/port.ts';
import { type RedisLink, script } from '../link/redis.ts';
import { CallerLimits } from './caller-limits.ts';
import { STATE, USED_BY_OTHERS } from './lua.ts';
import type { LimitRequest, LimitStore } from './port.ts';

const PREFIX = 'api-proxy:limit:';
const TOPIC = 'limits-short';
const TEND_MS = 500;
const HEARTBEAT_MS = 20_000;
/** Others are asked to give way at most this often per caller. */
const SHORT_EVERY_MS = 10;

const stateScript = script(STATE);
const usedScript = script(USED_BY_OTHERS);

export type RedisLimitsOptions = {
  link: RedisLink;
  bus: Bus;
  clock: Clock;
  /** Unique among all workers. */
  workerId: string;
  /** Workers that share the limits, as last known. */
  instances: () => number;
  /** How often places are stated; default 20 s, a third of their life. */
  heartbeatMs?: number;
};

/** Whose limit a key is: what stands in braces, which a cluster keeps in one slot; without braces all are one's. */
function ownerOf(key: string): string {
  const begin = key.indexOf('{');
  const end = key.indexOf('}', begin + 1);
  return begin < 0 || end < 0 ? '' : key.slice(begin + 1, end);
}

function ownerIn(payload: unknown, self: string): string | undefined {
  if (typeof payload !== 'object' || payload === null) return undefined;
  if (!('owner' in payload) || !('from' in payload) || payload.from === self) return undefined;
  return typeof payload.owner === 'string' ? payload.owner : undefined;
}

/** What this worker keeps of one caller, over Redis. */
function callerLimits(owner: string, options: RedisLimitsOptions): CallerLimits {
  const { link, bus, clock, workerId } = options;
  let saidAtMs = Number.NEGATIVE_INFINITY;
  return new CallerLimits({
    state: ({ keys, args }) =>
      link.run(
        stateScript,
        keys.map((key) => PREFIX + key),
        args,
      ),
    isShared: () => link.state() === 'up',
    workers: () => Math.max(1, options.instances()),
    ...{ workerId, nowMs: clock.nowMs },
    short: () => {
      const nowMs = clock.monotonicMs();
      if (nowMs - saidAtMs < SHORT_EVERY_MS) return;
      saidAtMs = nowMs;
      bus.publish(TOPIC, { from: workerId, owner });
    },
  });
}

/**
 * Every key of one request must be of one owner: put it in braces, e.g. `rpm:{usr_1}:key_2`. Answers without a promise
 * where leases cover the request. While Redis is away each worker has its part, limit ÷ workers, and what it admitted
 * within the last minute counts; when Redis is back, it is told what was admitted meanwhile. Never rejects.
 */
export function redisLimits(options: RedisLimitsOptions): LimitStore {
  const { link, bus, workerId, heartbeatMs = HEARTBEAT_MS } = options;
  const callers = new Map<string, CallerLimits>();
  const callerOf = (key: string): CallerLimits => {
    const owner = ownerOf(key);
    const known = callers.get(owner);
    if (known) return known;
    const caller = callerLimits(owner, options);
    callers.set(owner, caller);
    return caller;
  };
  const tend = (restate: boolean) => {
    for (const [owner, caller] of callers) {
      caller.tend(restate);
      if (caller.idle) callers.delete(owner);
    }
  };
  const timers = [
    setInterval(() => tend(false), TEND_MS).unref(),
    setInterval(() => tend(true), heartbeatMs).unref(),
  ];
  const ends = [
    bus.subscribe(TOPIC, (payload) => callers.get(ownerIn(payload, workerId) ?? '')?.recall()),
    link.onChange((is) => {
      for (const caller of callers.values()) {
        if (is === 'up') caller.restate();
        else caller.lose();
      }
    }),
  ];
  return {
    takeAll(request: LimitRequest) {
      const key = (request.windows[0] ?? request.slots[0])?.key;
      return key === undefined ? { ok: true, windows: [] } : callerOf(key).take(request);
    },
    release(given) {
      const key = given.slots[0] ?? given.windows[0]?.key;
      if (key !== undefined) callers.get(ownerOf(key))?.release(given);
    },
    async inUse(key, nowMs) {
      const own = callers.get(ownerOf(key))?.used(key) ?? 0;
      if (link.state() === 'down') return own;
      const others = await link.run(usedScript, [PREFIX + key], [nowMs, workerId]).catch(() => 0);
      return own + Number(others);
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      for (const end of ends) end();
      await Promise.allSettled([...callers.values()].map((caller) => caller.close()));
    },
  };
}
