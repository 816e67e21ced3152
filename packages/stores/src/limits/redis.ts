// Limits shared through Redis: one script to take, one to give back; places are leases that a heartbeat extends.
import type { Clock } from '@api-proxy/kit/clock';
import { type RedisLink, script } from '../link/redis.ts';
import { EXTEND, RELEASE, TAKE_ALL } from './lua.ts';
import type { LimitRelease, LimitRequest, LimitStore, LimitVerdict, WindowState } from './port.ts';

const PREFIX = 'api-proxy:';
const SLOT_TTL_MS = 60_000;
const HEARTBEAT_MS = 20_000;

const takeAllScript = script(TAKE_ALL);
const releaseScript = script(RELEASE);
const extendScript = script(EXTEND);

/** An answer of our own scripts: numbers only. @throws TypeError for anything else. */
function numbersOf(answer: unknown): number[] {
  if (!Array.isArray(answer)) throw new TypeError('a script of the limit store gave no list');
  return answer.map(Number);
}

function verdictOf(request: LimitRequest, answer: number[]): LimitVerdict {
  const [admitted, ...rest] = answer;
  if (admitted === 1) {
    const windows = request.windows.map(
      ({ key, max }, index): WindowState => ({
        key,
        max,
        remaining: rest[index * 2] ?? 0,
        resetMs: rest[index * 2 + 1] ?? 0,
      }),
    );
    return { ok: true, windows };
  }
  const [place = 1, retryAfterMs = 1_000] = rest;
  const taken = [...request.windows, ...request.slots][place - 1];
  return { ok: false, key: taken?.key ?? '', max: taken?.max ?? 0, retryAfterMs };
}

/** Places of this process by slot key: what the heartbeat states. */
class HeldSlots {
  readonly #holders = new Map<string, Set<string>>();

  add(key: string, holder: string): void {
    const holders = this.#holders.get(key);
    if (holders) holders.add(holder);
    else this.#holders.set(key, new Set([holder]));
  }

  remove(key: string, holder: string): void {
    const holders = this.#holders.get(key);
    if (holders?.delete(holder) && holders.size === 0) this.#holders.delete(key);
  }

  has(key: string, holder: string): boolean {
    return this.#holders.get(key)?.has(holder) === true;
  }

  entries(): IterableIterator<[string, Set<string>]> {
    return this.#holders.entries();
  }
}

export type RedisLimitsOptions = {
  link: RedisLink;
  clock: Clock;
  /** How often held places are stated; default 20 s, a third of their lease. */
  heartbeatMs?: number;
};

/**
 * Every key of one request must hash to one cluster slot: put the owner in braces, e.g. `rpm:{usr_1}:key_2`.
 * `takeAll` rejects while Redis is away; `release` then does nothing (windows pass, places expire by themselves).
 */
export function redisLimits({ link, clock, heartbeatMs = HEARTBEAT_MS }: RedisLimitsOptions): LimitStore {
  const held = new HeldSlots();
  const state = async (key: string, holders: readonly string[]) => {
    await link.run(extendScript, [PREFIX + key], [clock.nowMs(), SLOT_TTL_MS, ...holders]);
    // A script that the server had to be sent anew may have come behind a release.
    for (const holder of holders)
      if (!held.has(key, holder)) await link.run(releaseScript, [PREFIX + key], [holder, 1]);
  };
  const beat = () => {
    for (const [key, holders] of held.entries()) state(key, [...holders]).catch(() => undefined);
  };
  const heartbeat = setInterval(beat, heartbeatMs);
  heartbeat.unref();
  // A Redis that comes back may have come back empty.
  const deafen = link.onChange((is) => {
    if (is === 'up') beat();
  });
  return {
    async takeAll(request) {
      const { holder, windows, slots, nowMs } = request;
      const keys = [...windows, ...slots].map(({ key }) => PREFIX + key);
      const args = [nowMs, holder, SLOT_TTL_MS, windows.length];
      for (const { max, amount } of windows) args.push(max, amount);
      for (const { max } of slots) args.push(max);
      const verdict = verdictOf(request, numbersOf(await link.run(takeAllScript, keys, args)));
      if (verdict.ok) for (const { key } of slots) held.add(key, holder);
      return verdict;
    },
    release({ holder, slots, windows }: LimitRelease) {
      for (const key of slots) held.remove(key, holder);
      const corrections = windows.filter(({ delta }) => delta !== 0);
      const keys = [...slots, ...corrections.map(({ key }) => key)].map((key) => PREFIX + key);
      if (keys.length === 0) return;
      const args: (string | number)[] = [holder, slots.length];
      for (const { delta, takenAtMs } of corrections) args.push(delta, takenAtMs);
      link.run(releaseScript, keys, args).catch(() => undefined);
    },
    async inUse(key, nowMs) {
      return link.ask((redis) => redis.zcount(PREFIX + key, nowMs, '+inf'));
    },
    async close() {
      clearInterval(heartbeat);
      deafen();
    },
  };
}
