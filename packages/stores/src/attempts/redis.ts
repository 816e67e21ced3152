// Attempts counted in Redis; in this worker's memory, with the whole allowance, while Redis is away.
import { createHash } from 'node:crypto';
import { type RedisLink, script } from '../link/redis.ts';
import type { AttemptRule, Attempts, AttemptVerdict } from './port.ts';

const PREFIX = 'api-proxy:attempts:';

/** KEYS: the count. ARGV: window in ms, most attempts. Answers 0 when allowed, else ms until the window is over. */
const CONSUME = script(`
local count = tonumber(redis.call('GET', KEYS[1])) or 0
if count >= tonumber(ARGV[2]) then return math.max(1, redis.call('PTTL', KEYS[1])) end
if count == 0 then redis.call('SET', KEYS[1], 1, 'PX', ARGV[1]) else redis.call('INCR', KEYS[1]) end
return 0
`);

export type RedisAttemptsOptions = {
  link: RedisLink;
  /** Counts while Redis is away; keeps what it counted, so that a flickering Redis is no way around it. */
  local: Attempts;
};

/** Keys hold addresses of people, so that only their hashes are stored. */
export function redisAttempts({ link, local }: RedisAttemptsOptions): Attempts {
  const nameOf = (key: string): string => PREFIX + createHash('sha256').update(key).digest('base64url');
  return {
    async consume(key: string, rule: AttemptRule): Promise<AttemptVerdict> {
      try {
        const waitMs = Number(await link.run(CONSUME, [nameOf(key)], [rule.window * 1_000, rule.max]));
        return waitMs === 0
          ? { allowed: true, retryAfter: null }
          : { allowed: false, retryAfter: Math.ceil(waitMs / 1_000) };
      } catch {
        return local.consume(key, rule);
      }
    },
    async forget(key) {
      await local.forget(key);
      await link.ask((redis) => redis.del(nameOf(key))).catch(() => undefined);
    },
  };
}
