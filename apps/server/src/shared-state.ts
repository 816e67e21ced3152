// State that workers share: in Redis where there is one, else in this worker's memory. Part of the container.
import type { Clock } from '@api-proxy/kit/clock';
import { SECOND_MS, sleep } from '@api-proxy/kit/duration';
import type { Logger } from '@api-proxy/kit/logger';
import type { Secret } from '@api-proxy/kit/secret';
import { type Attempts, createMemoryAttempts } from '@api-proxy/services/auth/attempts';
import { memoryAffinity } from '@api-proxy/stores/affinity/memory';
import type { Affinity } from '@api-proxy/stores/affinity/port';
import { redisAffinity } from '@api-proxy/stores/affinity/redis';
import { redisAttempts } from '@api-proxy/stores/attempts/redis';
import { memoryBus } from '@api-proxy/stores/bus/memory';
import type { Bus } from '@api-proxy/stores/bus/port';
import { redisBus } from '@api-proxy/stores/bus/redis';
import { memoryCooldowns } from '@api-proxy/stores/cooldown/memory';
import type { Cooldowns } from '@api-proxy/stores/cooldown/port';
import { redisCooldowns } from '@api-proxy/stores/cooldown/redis';
import { memoryElection } from '@api-proxy/stores/leader/memory';
import type { Election } from '@api-proxy/stores/leader/port';
import { redisElection } from '@api-proxy/stores/leader/redis';
import { memoryLimits } from '@api-proxy/stores/limits/memory';
import type { LimitStore } from '@api-proxy/stores/limits/port';
import { redisLimits } from '@api-proxy/stores/limits/redis';
import type { Link } from '@api-proxy/stores/link/port';
import { openRedisLink, type RedisLink } from '@api-proxy/stores/link/redis';
import { memorySlots } from '@api-proxy/stores/slots/memory';
import type { Slots } from '@api-proxy/stores/slots/port';
import { redisSlots } from '@api-proxy/stores/slots/redis';

/** A start doesn't wait longer than this for Redis. */
const FIRST_CONTACT_MS = SECOND_MS;

export type SharedState = {
  bus: Bus;
  limits: LimitStore;
  election: Election;
  /** Parallel calls per channel. */
  slots: Slots;
  /** Channel keys of conversations. */
  affinity: Affinity;
  /** Channel keys of stored responses that were made lately. */
  recentMakers: Affinity;
  /** Channel keys of thinking that was made lately. */
  thinkingMakers: Affinity;
  cooldowns: Cooldowns;
  /** Sign-in and guessing. */
  attempts: Attempts;
  /** Absent where state is in memory. */
  link: Link | undefined;
  close(): Promise<void>;
};

export type SharedStateOptions = {
  redisUrl: Secret | undefined;
  /** Unique among all workers. */
  workerId: string;
  /** Workers that share the limits, as last known. */
  instances: () => number;
  clock: Clock;
  log: Logger;
};

/** Never rejects: a Redis that is away is waited for a moment and then worked without. */
export async function openSharedState(options: SharedStateOptions): Promise<SharedState> {
  if (!options.redisUrl) return inMemory(options);
  const link = openRedisLink({ url: options.redisUrl.reveal(), logger: options.log });
  const state = overRedis(link, options);
  await firstContact(link);
  return state;
}

function inMemory({ clock, log }: SharedStateOptions): SharedState {
  const { nowMs } = clock;
  const bus = memoryBus({ logger: log });
  const limits = memoryLimits();
  const election = memoryElection();
  return {
    ...{ bus, limits, election, link: undefined },
    slots: memorySlots(),
    affinity: memoryAffinity({ nowMs }),
    recentMakers: memoryAffinity({ nowMs }),
    thinkingMakers: memoryAffinity({ nowMs }),
    cooldowns: memoryCooldowns({ nowMs }),
    attempts: createMemoryAttempts(clock),
    close: () => closeAll([election, limits, bus]),
  };
}

function overRedis(link: RedisLink, { workerId, instances, clock, log }: SharedStateOptions): SharedState {
  const { nowMs } = clock;
  const bus = redisBus({ link, logger: log });
  const limits = redisLimits({ link, bus, clock, workerId, instances });
  const election = redisElection({ link, candidate: workerId, clock });
  const slots = redisSlots({ link, bus, workerId, instances, nowMs });
  const affinity = redisAffinity({ link, bus, kind: 'session', workerId, nowMs });
  const recentMakers = redisAffinity({ link, bus, kind: 'response', workerId, nowMs });
  const thinkingMakers = redisAffinity({ link, bus, kind: 'thinking', workerId, nowMs });
  return {
    ...{ bus, limits, election, link, slots, affinity, recentMakers, thinkingMakers },
    cooldowns: redisCooldowns({ link, workerId, nowMs }),
    attempts: redisAttempts({ link, local: createMemoryAttempts(clock) }),
    close: () => closeAll([election, slots, affinity, recentMakers, thinkingMakers, limits, bus, link]),
  };
}

async function firstContact(link: Link): Promise<void> {
  if (link.state() === 'up') return;
  const waiting = new AbortController();
  const end = link.onChange(() => waiting.abort());
  await sleep(FIRST_CONTACT_MS, waiting.signal).catch(() => undefined);
  end();
}

async function closeAll(parts: readonly { close(): Promise<void> }[]): Promise<void> {
  for (const part of parts) await part.close();
}
