// The connection to Redis: short deadlines, no queue while it is away, one log line per change of state.
import { createHash } from 'node:crypto';
import { messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';
import { Redis } from 'ioredis';
import type { Link, LinkState } from './port.ts';

/** A script may meet this much silence; a Redis that works through a burst is not away, nor is this process when busy. */
const SILENCE_MS = 200;
/** The silence is measured in turns of this length. */
const TURN_MS = 40;
const LONGEST_WAIT_MS = 2_000;
/** For commands that nobody waits for. */
const COMMAND_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_MAX_MS = 1_000;
/** After a deadline was missed the link counts as down until a ping is answered; pings go out this often. */
const PROBE_EVERY_MS = 500;

export type RedisLink = Link & {
  /** Runs commands; rejects at once while the link is down. */
  readonly redis: Redis;
  /** Runs a script by its hash, sending its text where the server has not seen it. Rejects while the link is down. */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  /** Runs one command that somebody waits for, with the deadline of scripts. Rejects while the link is down. */
  ask<Answer>(command: (redis: Redis) => Promise<Answer>): Promise<Answer>;
  /** A further connection with the same settings, for subscriptions. */
  duplicate(): Redis;
  close(): Promise<void>;
};

export type Script = { readonly text: string; readonly sha: string };

/** A Lua text with its SHA-1, as EVALSHA wants it. */
export function script(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

export class LinkDownError extends Error {
  constructor() {
    super('Redis is away');
    this.name = 'LinkDownError';
  }
}

function connect(url: string): Redis {
  return new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(50 * times, RECONNECT_MAX_MS),
    enableReadyCheck: true,
  });
}

/** Watches one connection: ready means up, closed or a missed deadline means down, an answered ping means up again. */
class Watch implements Link {
  #state: LinkState = 'down';
  /** Nothing was said yet about the first state. */
  #silent = true;
  readonly #listeners = new Set<(state: LinkState) => void>();
  readonly #redis: Redis;
  readonly #logger: Logger;
  readonly #probe: NodeJS.Timeout;

  constructor(redis: Redis, logger: Logger) {
    this.#redis = redis;
    this.#logger = logger;
    redis.on('ready', () => this.set('up', 'connected'));
    redis.on('close', () => this.set('down', 'connection closed'));
    // Without a listener an error event would end the process; `close` follows each of them.
    redis.on('error', (error: Error) => this.set('down', error.message));
    this.#probe = setInterval(() => this.#ping(), PROBE_EVERY_MS);
    this.#probe.unref();
  }

  state(): LinkState {
    return this.#state;
  }

  onChange(listener: (state: LinkState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(state: LinkState, reason: string): void {
    const changed = state !== this.#state;
    if (!changed && !this.#silent) return;
    this.#silent = false;
    this.#state = state;
    if (state === 'up') this.#logger.info({ reason }, 'redis is reached: limits are shared');
    else this.#logger.warn({ reason }, 'redis is away: limits hold per instance');
    if (changed) for (const listener of this.#listeners) listener(state);
  }

  end(): void {
    clearInterval(this.#probe);
    this.#listeners.clear();
  }

  #ping(): void {
    if (this.#state === 'up' || this.#redis.status !== 'ready') return;
    this.#redis.ping().then(
      () => this.set('up', 'ping answered'),
      () => undefined,
    );
  }
}

function isUnknownScript(error: unknown): boolean {
  return messageOf(error).startsWith('NOSCRIPT');
}

/** A failure of the link itself, not of the command: the next command would fare no better. */
function isLinkFailure(error: unknown): boolean {
  return /timed out|is closed|isn't writeable|ECONN|EPIPE|max retries/i.test(messageOf(error));
}

/** The deadline of scripts: it measures how long Redis was silent, not how long this process or a burst took. */
class Patience {
  #heardMs = 0;

  constructor(redis: Redis) {
    // Any piece counts: an answer to a batch is told to its callers only when the whole batch is answered.
    redis.on('connect', () => {
      redis.stream.on('data', () => {
        this.#heardMs = performance.now();
      });
    });
  }

  /** Rejects (`timed out`) when nothing at all was heard for the deadline, or when the longest wait is over. */
  wait<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let silentMs = 0;
      let waitedMs = 0;
      let beganMs = performance.now();
      let timer: NodeJS.Timeout | undefined;
      const look = () => {
        if (timer === undefined) return;
        const nowMs = performance.now();
        // A turn that comes late was spent by this process itself: nothing was written or read meanwhile.
        const busy = nowMs - beganMs > TURN_MS * 2;
        if (this.#heardMs >= beganMs) silentMs = 0;
        else if (!busy) silentMs += TURN_MS;
        waitedMs += TURN_MS;
        if (silentMs >= SILENCE_MS || waitedMs >= LONGEST_WAIT_MS) reject(new Error('the script timed out'));
        else next();
      };
      const next = () => {
        beganMs = performance.now();
        // Timers run before data that has arrived is read, immediates after.
        timer = setTimeout(() => setImmediate(look), TURN_MS);
      };
      next();
      const done = () => {
        clearTimeout(timer);
        timer = undefined;
      };
      work.finally(done).then(resolve, reject);
    });
  }
}

/**
 * Connects in the background; commands are refused until the first answer.
 * @returns the link; it reconnects by itself for as long as it is open.
 */
export function openRedisLink({ url, logger }: { url: string; logger: Logger }): RedisLink {
  const redis = connect(url);
  const watch = new Watch(redis, logger);
  const patience = new Patience(redis);
  // One load at a time for each script, however many calls found it missing.
  const loads = new Map<string, Promise<unknown>>();
  const loading = (lua: Script): Promise<unknown> => {
    const running = loads.get(lua.sha);
    if (running) return running;
    const load = redis.script('LOAD', lua.text).finally(() => loads.delete(lua.sha));
    loads.set(lua.sha, load);
    return load;
  };
  const guarded = async <T>(command: () => Promise<T>): Promise<T> => {
    if (watch.state() === 'down') throw new LinkDownError();
    try {
      return await command();
    } catch (error) {
      if (isLinkFailure(error)) watch.set('down', messageOf(error));
      throw error;
    }
  };
  return {
    redis,
    state: () => watch.state(),
    onChange: (listener) => watch.onChange(listener),
    run: (lua, keys, args) =>
      guarded(async () => {
        const call = () => patience.wait(redis.evalsha(lua.sha, keys.length, ...keys, ...args));
        try {
          return await call();
        } catch (error) {
          if (!isUnknownScript(error)) throw error;
          await patience.wait(loading(lua));
          return call();
        }
      }),
    ask: (command) => guarded(() => patience.wait(command(redis))),
    duplicate: () => connect(url),
    close: async () => {
      watch.end();
      redis.disconnect();
    },
  };
}
