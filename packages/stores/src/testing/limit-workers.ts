// Workers that share limits through the Redis of a test: each as its own store.
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@api-proxy/kit/clock';
import { silentLogger } from '@api-proxy/kit/logger';
import { memoryBus } from '../bus/memory.ts';
import type { LimitStore } from '../limits/port.ts';
import { type RedisLimitsOptions, redisLimits } from '../limits/redis.ts';
import { openRedisLink, type RedisLink } from '../link/redis.ts';

/** No Redis listens there. */
const NOBODY = 'redis://127.0.0.1:1';

export type Window = { readonly key: string; readonly max: number };

type Over = Partial<Omit<RedisLimitsOptions, 'instances'>> & { instances?: number };

/** Closes all that it opened, the latest first. */
export class LimitWorkers {
  readonly #url: string;
  readonly #opened: { close(): Promise<void> }[] = [];
  readonly #bus = memoryBus({ logger: silentLogger });
  #serial = 0;

  /** @param url of a database that this test may empty; undefined: of one that is not there */
  constructor(url: string | undefined) {
    this.#url = url ?? NOBODY;
  }

  /** A connection that is up, where there is a Redis. */
  async link(): Promise<RedisLink> {
    const link = openRedisLink({ url: this.#url, logger: silentLogger });
    this.#opened.unshift(link);
    if (this.#url !== NOBODY) while (link.state() !== 'up') await sleep(5);
    return link;
  }

  worker(link: RedisLink, { instances = 1, ...over }: Over = {}): LimitStore {
    const workerId = `wrk_${this.#serial++}`;
    const usual = { link, bus: this.#bus, clock: systemClock, workerId, instances: () => instances };
    const store = redisLimits({ ...usual, ...over });
    this.#opened.unshift(store);
    return store;
  }

  holder(): string {
    return `req_${this.#serial++}`;
  }

  /** Requests one after the other; gives how many were admitted. */
  async many(store: LimitStore, count: number, window: Window): Promise<number> {
    let admitted = 0;
    for (let index = 0; index < count; index++) {
      const windows = [{ ...window, amount: 1 }];
      const request = { holder: this.holder(), windows, slots: [], nowMs: Date.now() };
      if ((await store.takeAll(request)).ok) admitted++;
    }
    return admitted;
  }

  /** The same at once. */
  async atOnce(store: LimitStore, count: number, window: Window): Promise<number> {
    const each = Array.from({ length: count }, () => this.many(store, 1, window));
    return (await Promise.all(each)).reduce((sum, admitted) => sum + admitted, 0);
  }

  async close(): Promise<void> {
    for (const one of this.#opened.splice(0)) await one.close();
  }
}
