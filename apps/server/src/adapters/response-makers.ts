// Which channel key made a stored response: at hand for a while, in the database for as long as the upstream keeps it.
import type { Database } from '@api-proxy/db/database';
import { rowsOf } from '@api-proxy/db/rows';
import { storedResponses } from '@api-proxy/db/schema/stored-responses';
import type { Affinity as Makers } from '@api-proxy/gateway/ports';
import type { Clock } from '@api-proxy/kit/clock';
import { messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';
import type { Affinity, Binding } from '@api-proxy/stores/affinity/port';

const FLUSH_MS = 200;
const MOST_ROWS = 500;
/** Beyond this many that wait for the database, new ones are known for a while only. */
const MOST_WAITING = 20_000;
/** New responses are asked for soon, by any worker; after this time the database is asked. */
const AT_HAND_MS = 600_000;

export type ResponseMakersOptions = {
  /** Known at once to every worker, for a while. */
  atHand: Affinity;
  db: Database;
  clock: Clock;
  log: Logger;
};

type Row = { name: string; channelId: string; channelKeyId: string; expiresAt: Date };

/** No request waits for a write; one waits for a read only where a response was made long ago or before a restart. */
export function responseMakers(options: ResponseMakersOptions): Makers & { close(): Promise<void> } {
  const { atHand, db, clock, log } = options;
  const waiting = new Map<string, Row>();
  let flushing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const write = async (): Promise<void> => {
    while (waiting.size > 0) {
      const rows = [...waiting.values()].slice(0, MOST_ROWS);
      await db.insert(storedResponses).values(rows).onConflictDoNothing();
      for (const { name } of rows) waiting.delete(name);
    }
  };
  const flush = (): Promise<void> => {
    timer = undefined;
    flushing ??= write()
      .catch((error: unknown) => {
        log.warn({ reason: messageOf(error) }, 'makers of stored responses are not written down yet');
        later();
      })
      .finally(() => {
        flushing = undefined;
      });
    return flushing;
  };
  const later = () => {
    timer ??= setTimeout(flush, FLUSH_MS).unref();
  };
  const inDatabase = async (name: string): Promise<Binding | null> => {
    const row = waiting.get(name) ?? (await readMaker(db, name));
    if (!row) return null;
    const { channelId, channelKeyId } = row;
    atHand.bind(name, { channelId, channelKeyId }, AT_HAND_MS);
    return { channelId, channelKeyId };
  };
  const find = (name: string): Promise<Binding | null> =>
    inDatabase(name).catch((error: unknown) => {
      log.warn({ reason: messageOf(error) }, 'the maker of a stored response could not be looked up');
      return null;
    });
  return {
    get(name) {
      const known = atHand.get(name);
      if (known instanceof Promise) return known.then((binding) => binding ?? find(name));
      return known ?? find(name);
    },
    bind(name, binding, ttlMs) {
      atHand.bind(name, binding, Math.min(ttlMs, AT_HAND_MS));
      if (waiting.size >= MOST_WAITING) return;
      const { channelId, channelKeyId } = binding;
      waiting.set(name, { name, channelId, channelKeyId, expiresAt: new Date(clock.nowMs() + ttlMs) });
      later();
    },
    async close() {
      clearTimeout(timer);
      await flushing;
      await flush();
      clearTimeout(timer);
    },
  };
}

async function readMaker(db: Database, name: string): Promise<Binding | undefined> {
  return db.query.storedResponses.findFirst({
    where: (row, { and, eq, gt }) => and(eq(row.name, name), gt(row.expiresAt, new Date())),
  });
}

/** Forgets what the upstreams have forgotten too. @returns how many. */
export async function dropExpiredMakers(db: Database): Promise<number> {
  const dropped = await db.execute(
    'with gone as (delete from stored_responses where expires_at < now() returning 1) select count(*)::integer as count from gone',
  );
  return rowsOf<{ count: number }>(dropped)[0]?.count ?? 0;
}
