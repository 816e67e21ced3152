// The lead as a lease in Redis: whoever sets the key leads until it runs out, and renews it in time.
import type { Clock } from '@api-proxy/kit/clock';
import { type RedisLink, script } from '../link/redis.ts';
import { type Election, LEASE_MS, ROUND_MS } from './port.ts';

const KEY = 'api-proxy:leader';

/** KEYS: the lead. ARGV: candidate, lease in ms. Takes or renews it; answers 1 for the leader. */
const RUN_FOR_LEAD = script(`
local leader = redis.call('GET', KEYS[1])
if leader and leader ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);

/** KEYS: the lead. ARGV: candidate. Gives the lead back, where it is the candidate's. */
const RESIGN = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`);

export type RedisElectionOptions = {
  link: RedisLink;
  /** Unique among all workers. */
  candidate: string;
  clock: Clock;
  leaseMs?: number;
  roundMs?: number;
};

/** Runs for the lead at once, at every round, and when Redis is reached again. */
export function redisElection(options: RedisElectionOptions): Election {
  const { link, candidate, clock, leaseMs = LEASE_MS, roundMs = ROUND_MS } = options;
  /** Monotonic; counted from before the command was sent, so that it never outlasts the key. */
  let leadsUntilMs = 0;
  let open = true;
  const run = async () => {
    const askedMs = clock.monotonicMs();
    try {
      const answer = await link.run(RUN_FOR_LEAD, [KEY], [candidate, leaseMs]);
      leadsUntilMs = open && Number(answer) === 1 ? askedMs + leaseMs : 0;
    } catch {
      // The lease that is left still counts; the next round tries again.
    }
  };
  const unwatch = link.onChange((state) => state === 'up' && run());
  const rounds = setInterval(run, roundMs);
  rounds.unref();
  run();
  return {
    standing: () => {
      if (leadsUntilMs > clock.monotonicMs()) return 'leader';
      return link.state() === 'up' ? 'follower' : 'unknown';
    },
    close: async () => {
      const led = leadsUntilMs > 0;
      open = false;
      leadsUntilMs = 0;
      clearInterval(rounds);
      unwatch();
      if (led) await link.run(RESIGN, [KEY], [candidate]).catch(() => undefined);
    },
  };
}
