// What the health endpoints tell: whether this worker can take requests, and why not.
import type { Health, HealthPort } from '@api-proxy/api/health-port';
import type { Database } from '@api-proxy/db/database';
import { migrationState } from '@api-proxy/db/migrate';
import { rowsOf } from '@api-proxy/db/rows';
import type { Clock } from '@api-proxy/kit/clock';
import { SECOND_MS, sleep } from '@api-proxy/kit/duration';
import { messageOf } from '@api-proxy/kit/error';
import type { Link } from '@api-proxy/stores/link/port';

/** Probes come from several places at once; one look at the database serves them all. */
const FRESH_FOR_MS = SECOND_MS;
const LOOK_TIMEOUT_MS = 3 * SECOND_MS;

export type HealthOptions = {
  db: Database;
  clock: Clock;
  version: string;
  ready: () => boolean;
  /** To Redis; absent where shared state is in memory. */
  link?: Link | undefined;
};

type Part = Health['parts'][string];

type Look = { database: Part; schema: Part; numbers?: Health['schema'] };

/** Never rejects, and answers within three seconds whatever the database does. */
export function createHealth({ db, clock, version, ready, link }: HealthOptions): HealthPort {
  let last: { look: Promise<Look>; atMs: number } | undefined;
  const health = async (): Promise<Health> => {
    const nowMs = clock.monotonicMs();
    if (!last || nowMs - last.atMs > FRESH_FOR_MS) last = { look: lookAt(db), atMs: nowMs };
    const { database, schema, numbers } = await last.look;
    const redis = link && redisPart(link);
    const works = database.ok && schema.ok;
    const working = redis?.ok === false ? 'degraded' : 'ok';
    return {
      status: works ? (ready() ? working : 'draining') : 'failing',
      version,
      ...(numbers && { schema: numbers }),
      parts: { database, schema, ...(redis && { redis }) },
    };
  };
  return {
    live: () => true,
    health,
    ready: async () => {
      const state = await health();
      return { ok: state.status === 'ok' || state.status === 'degraded', health: state };
    },
  };
}

/** Without Redis requests go on, with this worker's part of each limit. */
function redisPart(link: Link): Part {
  return link.state() === 'up' ? { ok: true } : { ok: false, detail: 'away: limits hold per instance' };
}

async function lookAt(db: Database): Promise<Look> {
  const timer = new AbortController();
  const late = sleep(LOOK_TIMEOUT_MS, timer.signal).then(() =>
    Promise.reject(new Error('no answer in time')),
  );
  late.catch(() => undefined);
  try {
    return await Promise.race([ask(db), late]);
  } catch (thrown) {
    const detail = messageOf(thrown instanceof Error && thrown.cause ? thrown.cause : thrown);
    return { database: { ok: false, detail }, schema: { ok: false, detail: 'unknown' } };
  } finally {
    timer.abort();
  }
}

async function ask(db: Database): Promise<Look> {
  const [row] = rowsOf<{ readonly: boolean }>(
    await db.execute(
      "select pg_is_in_recovery() or current_setting('default_transaction_read_only') = 'on' as readonly",
    ),
  );
  const database = row?.readonly ? { ok: false, detail: 'it takes no writes' } : { ok: true };
  const numbers = await migrationState(db);
  const behind = numbers.applied < numbers.head;
  const schema = behind ? { ok: false, detail: 'migrations are missing' } : { ok: true };
  return { database, schema, numbers };
}
