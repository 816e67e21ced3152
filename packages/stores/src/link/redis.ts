// The connection to Redis: short deadlines, no queue while it is away, one log line per change of state.
import { createHash } from 'node:crypto';
import { messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';
import { Redis } from 'ioredis';
import { Patience } from './patience.ts';
import type { Link, LinkState } from './port.ts';

const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_MAX_MS = 1_000;
/** After a failure the link counts as down until it takes a write, which is tried this often: reading is not enough. */
const PROBE_EVERY_MS = 500;
const PROBE_KEY = 'api-proxy:probe';
const PROBE_LASTS_MS = 10_000;

export type RedisLink = Link & {
  /** The connection itself, for tests: what it is asked has no deadline. */
  readonly redis: Redis;
  /** Runs a script by its hash, sending its text where the server has not seen it. Rejects while the link is down. */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  /** Runs one command with the deadline of scripts. Rejects while the link is down. */
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
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(50 * times, RECONNECT_MAX_MS),
    enableReadyCheck: true,
  });
}

/** Watches one connection: ready means up, closed or a missed deadline means down, a write that is taken means up again. */
class Watch implements Link {
  #state: LinkState = 'down';
  /** Nothing was said yet about the first state. */
  #silent = true;
  readonly #listeners = new Set<(state: LinkState) => void>();
  readonly #redis: Redis;
  readonly #patience: Patience;
  readonly #logger: Logger;
  readonly #probe: NodeJS.Timeout;

  constructor(redis: Redis, patience: Patience, logger: Logger) {
    this.#redis = redis;
    this.#patience = patience;
    this.#logger = logger;
    redis.on('ready', () => this.set('up', 'connected'));
    redis.on('close', () => this.set('down', 'connection closed'));
    // Without a listener an error event would end the process; `close` follows each of them.
    redis.on('error', (error: Error) => this.set('down', error.message));
    this.#probe = setInterval(() => this.#tryAgain(), PROBE_EVERY_MS);
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

  #tryAgain(): void {
    if (this.#state === 'up' || this.#redis.status !== 'ready') return;
    this.#patience.wait(this.#redis.set(PROBE_KEY, '1', 'PX', PROBE_LASTS_MS)).then(
      () => this.set('up', 'a write was taken'),
      () => undefined,
    );
  }
}

function isUnknownScript(error: unknown): boolean {
  return messageOf(error).startsWith('NOSCRIPT');
}

/** What a server says that takes no writes now, whichever command it is: redis.io/docs, error replies. */
const TAKES_NOTHING = /^(READONLY|OOM|MISCONF|NOAUTH|NOPERM|LOADING|MASTERDOWN|CLUSTERDOWN|NOREPLICAS)\b/;

/** A failure of the link itself, not of the command: the next command would fare no better. */
function isLinkFailure(error: unknown): boolean {
  const text = messageOf(error);
  return (
    TAKES_NOTHING.test(text) || /timed out|is closed|isn't writeable|ECONN|EPIPE|max retries/i.test(text)
  );
}

/**
 * What is asked in one turn of the event loop leaves in one write. The client's own way to do that makes a pipeline with
 * its promises of it, which cost as much as the questions.
 */
class OneWrite {
  readonly #redis: Redis;
  #gathering = false;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  gather(): void {
    if (this.#gathering) return;
    const { stream } = this.#redis;
    this.#gathering = true;
    stream.cork();
    setImmediate(() => {
      this.#gathering = false;
      stream.uncork();
    });
  }
}

/**
 * Connects in the background; commands are refused until the first answer.
 * @returns the link; it reconnects by itself for as long as it is open.
 */
export function openRedisLink({ url, logger }: { url: string; logger: Logger }): RedisLink {
  const redis = connect(url);
  const patience = new Patience();
  const watch = new Watch(redis, patience, logger);
  const oneWrite = new OneWrite(redis);
  redis.on('connect', () => redis.stream.on('data', () => patience.heard()));
  // One load at a time for each script, however many calls found it missing.
  const loads = new Map<string, Promise<unknown>>();
  const loading = (lua: Script): Promise<unknown> => {
    const running = loads.get(lua.sha);
    if (running) return running;
    const load = redis.script('LOAD', lua.text).finally(() => loads.delete(lua.sha));
    loads.set(lua.sha, load);
    return load;
  };
  /** What all is sent by: in one write with the rest of the turn, and with the deadline. */
  const asked = <T>(command: () => Promise<T>): Promise<T> => {
    if (watch.state() === 'down') return Promise.reject(new LinkDownError());
    oneWrite.gather();
    return patience.wait(command());
  };
  const refused = (error: unknown): never => {
    if (isLinkFailure(error)) watch.set('down', messageOf(error));
    throw error;
  };
  return {
    redis,
    state: () => watch.state(),
    onChange: (listener) => watch.onChange(listener),
    run: (lua, keys, args) => {
      const call = () => redis.evalsha(lua.sha, keys.length, ...keys, ...args);
      return asked(call).catch((error: unknown) => {
        if (!isUnknownScript(error)) return refused(error);
        return asked(() => loading(lua))
          .then(() => asked(call))
          .catch(refused);
      });
    },
    ask: (command) => asked(() => command(redis)).catch(refused),
    duplicate: () => connect(url),
    close: async () => {
      watch.end();
      redis.disconnect();
    },
  };
}
