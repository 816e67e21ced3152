// States of channel keys in Redis: one hash, each field with its own end; a probe is a lease.
import type { Redis } from 'ioredis';
import { type RedisLink, script } from '../link/redis.ts';
import type { Cooldowns } from './port.ts';

const STATES = 'api-proxy:cooldowns';
const PROBE = 'api-proxy:probe:';

/** KEYS: the probe. ARGV: worker. Ends it, where it is the worker's. */
const END_PROBE = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`);

/** KEYS: the probe. ARGV: worker, ms. Makes it last on, also where Redis has lost it; not where it is another's. */
const RENEW_PROBE = script(`
local owner = redis.call('GET', KEYS[1])
if not owner or owner == ARGV[1] then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return 1
`);

/** An end, a space, the state. */
function partsOf(text: string): { untilMs: number; state: string } {
  const space = text.indexOf(' ');
  return { untilMs: Number(text.slice(0, space)), state: text.slice(space + 1) };
}

export type RedisCooldownsOptions = { link: RedisLink; workerId: string; nowMs: () => number };

/** While Redis is away nothing is kept, and each worker probes for itself. */
export function redisCooldowns({ link, workerId, nowMs }: RedisCooldownsOptions): Cooldowns {
  const quietly = (act: (redis: Redis) => Promise<unknown>) => void link.ask(act).catch(() => undefined);
  return {
    save(name, state, untilMs) {
      const forMs = Math.ceil(untilMs - nowMs());
      if (forMs <= 0) return;
      quietly((redis) => {
        const pipeline = redis.pipeline().hset(STATES, name, `${Math.ceil(untilMs)} ${state}`);
        // The hash lives as long as its longest field; `NX` is for one that has no end yet.
        return pipeline.pexpire(STATES, forMs, 'NX').pexpire(STATES, forMs, 'GT').exec();
      });
    },
    drop: (names) => {
      if (names.length > 0) quietly((redis) => redis.hdel(STATES, ...names));
    },
    async all(now) {
      const fields = await link.ask((redis) => redis.hgetall(STATES)).catch(() => ({}));
      const states = Object.entries<string>(fields).map(([name, text]) => ({ name, ...partsOf(text) }));
      const over = states.filter(({ untilMs }) => !(untilMs > now)).map(({ name }) => name);
      if (over.length > 0) quietly((redis) => redis.hdel(STATES, ...over));
      return new Map(states.filter(({ untilMs }) => untilMs > now).map(({ name, state }) => [name, state]));
    },
    claimProbe(name, leaseMs) {
      if (link.state() === 'down') return true;
      return link
        .ask((redis) => redis.set(PROBE + name, workerId, 'PX', leaseMs, 'NX'))
        .then(
          (answer) => answer === 'OK',
          () => true,
        );
    },
    renewProbe: (name, leaseMs) =>
      void link.run(RENEW_PROBE, [PROBE + name], [workerId, leaseMs]).catch(() => undefined),
    endProbe: (name) => void link.run(END_PROBE, [PROBE + name], [workerId]).catch(() => undefined),
  };
}
