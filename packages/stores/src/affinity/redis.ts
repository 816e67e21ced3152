// Bindings shared through Redis: own memory first, one MGET a turn for what it doesn't know, writes behind the requests.
import { Gather } from '@api-proxy/kit/gather';
import { RecentForTime } from '@api-proxy/kit/recent-for-time';
import type { Bus } from '../bus/port.ts';
import { type RedisLink, script } from '../link/redis.ts';
import type { Affinity, Binding } from './port.ts';

const FLUSH_MS = 20;
/** What waits to be written is bounded: beyond this many names new ones stay in this worker. */
const MOST_WAITING = 10_000;
/** Redis does nothing else while it reads or writes these. */
const NAMES_PER_COMMAND = 256;
/** The shared copy is made to last again after this part of its time, and lasts that much longer. */
const RENEW_PART = 0.25;
/** What was learnt from Redis is known here for this time, unless it is used. */
const LEARNT_MS = 60_000;

/**
 * KEYS: names. ARGV: how long they last in ms, 1 where only the first binding of each counts, then the binding of each.
 * Answers for each the binding that was there first, or an empty text. A command for each name costs its sender more.
 */
const BIND_ALL = script(`
local answer, ms, first = {}, ARGV[1], ARGV[2]
for index, key in ipairs(KEYS) do
  local before = false
  if first == '1' then before = redis.call('SET', key, ARGV[index + 2], 'PX', ms, 'NX', 'GET')
  else redis.call('SET', key, ARGV[index + 2], 'PX', ms) end
  answer[index] = before or ''
end
return answer
`);

type Known = {
  readonly binding: Binding;
  /** When the shared copy was last written by this worker. */
  readonly writtenMs: number;
};
type Write = { readonly binding: Binding; readonly ttlMs: number; readonly kind: 'first' | 'move' | 'renew' };
type Named = readonly [name: string, write: Write];

/** What one script writes has this in common. */
const groupOf = ({ ttlMs, kind }: Write): string => `${ttlMs} ${kind === 'first'}`;

export type RedisAffinityOptions = {
  link: RedisLink;
  bus: Bus;
  /** Keeps bindings of different kinds apart. */
  kind: string;
  /** Unique among all workers. */
  workerId: string;
  nowMs: () => number;
};

const textOf = ({ channelId, channelKeyId }: Binding): string => `${channelId} ${channelKeyId}`;
const isSame = (a: Binding, b: Binding): boolean => a.channelKeyId === b.channelKeyId;

function bindingOf(text: unknown): Binding | null {
  const [channelId, channelKeyId] = typeof text === 'string' ? text.split(' ') : [];
  return channelId && channelKeyId ? { channelId, channelKeyId } : null;
}

type Move = { name: string; binding: Binding; ttlMs: number };

function moveOf(payload: unknown, self: string): Move | null {
  if (typeof payload !== 'object' || payload === null || !('from' in payload) || payload.from === self)
    return null;
  if (!('name' in payload) || !('to' in payload) || !('ttlMs' in payload)) return null;
  const { name, ttlMs } = payload;
  const binding = bindingOf(payload.to);
  return binding && typeof name === 'string' && typeof ttlMs === 'number' ? { name, binding, ttlMs } : null;
}

/** Of two workers that bind the same new name, the first one wins; a move is told to all. Works on alone without Redis. */
export function redisAffinity({ link, bus, kind, workerId, nowMs }: RedisAffinityOptions): Affinity {
  const prefix = `api-proxy:bound:${kind}:`;
  const topic = `moved:${kind}`;
  const own = new RecentForTime<Known>(nowMs);
  const waiting = new Map<string, Write>();
  let timer: NodeJS.Timeout | undefined;
  const adopt = (name: string, { binding, ttlMs }: { binding: Binding; ttlMs: number }) =>
    own.set(name, { binding, writtenMs: 0 }, ttlMs);
  const known = (name: string): Binding | null => own.get(name)?.binding ?? null;
  const learn = (name: string, found: unknown): Binding | null => {
    // What was bound here while the question was on its way is younger than the answer.
    const meanwhile = known(name);
    if (meanwhile) return meanwhile;
    const binding = bindingOf(found);
    if (binding) adopt(name, { binding, ttlMs: LEARNT_MS });
    return binding;
  };
  // What is asked in one turn leaves at its end anyway: it leaves as one command, which costs a fifth of as many.
  const shared = new Gather<string, unknown>({
    ask: (names) => link.ask((redis) => redis.mget(names.map((name) => prefix + name))),
    ...{ most: NAMES_PER_COMMAND, atOnce: Number.POSITIVE_INFINITY, when: setImmediate },
  });
  /** All of `writes` are of one {@link groupOf group}. */
  const writeAll = async (writes: readonly Named[]): Promise<void> => {
    const [, one] = writes[0] ?? [];
    if (!one) return;
    const lastsMs = Math.ceil(one.ttlMs * (1 + RENEW_PART));
    const bindings = writes.map(([, { binding }]) => textOf(binding));
    const args = [lastsMs, one.kind === 'first' ? 1 : 0, ...bindings];
    const keys = writes.map(([name]) => prefix + name);
    const answer = await link.run(BIND_ALL, keys, args).catch(() => null);
    const earlier: unknown[] = Array.isArray(answer) ? answer : [];
    for (const [index, [name, write]] of writes.entries()) {
      const first = bindingOf(earlier[index]);
      if (first && !isSame(first, write.binding)) adopt(name, { binding: first, ttlMs: write.ttlMs });
    }
  };
  const flush = async (): Promise<void> => {
    timer = undefined;
    const groups = Map.groupBy(waiting, ([, write]) => groupOf(write));
    waiting.clear();
    const parts: Promise<void>[] = [];
    for (const writes of groups.values()) {
      for (let from = 0; from < writes.length; from += NAMES_PER_COMMAND)
        parts.push(writeAll(writes.slice(from, from + NAMES_PER_COMMAND)));
    }
    await Promise.all(parts);
  };
  const later = (name: string, write: Write) => {
    const before = waiting.get(name);
    if (!before && waiting.size >= MOST_WAITING) return;
    // A first binding that moved before it was told is still the first that others hear of.
    waiting.set(name, before?.kind === 'first' ? { ...write, kind: 'first' } : write);
    timer ??= setTimeout(() => void flush(), FLUSH_MS).unref();
  };
  const end = bus.subscribe(topic, (payload) => {
    const move = moveOf(payload, workerId);
    if (move && own.get(move.name)) adopt(move.name, move);
  });
  return {
    known,
    get(name) {
      const binding = known(name);
      if (binding || link.state() === 'down') return binding;
      return shared.get(name).then(
        (found) => learn(name, found),
        () => null,
      );
    },
    bind(name, binding, ttlMs) {
      const before = own.get(name);
      const kind = !before ? 'first' : isSame(before.binding, binding) ? 'renew' : 'move';
      const writtenMs = before?.writtenMs ?? 0;
      const due = kind !== 'renew' || nowMs() - writtenMs >= ttlMs * RENEW_PART;
      own.set(name, { binding, writtenMs: due ? nowMs() : writtenMs }, ttlMs);
      if (due) later(name, { binding, ttlMs, kind });
      if (kind === 'move') bus.publish(topic, { from: workerId, name, to: textOf(binding), ttlMs });
    },
    async close() {
      clearTimeout(timer);
      end();
      await flush().catch(() => undefined);
    },
  };
}
