// A memory database with ports that record what they are told; for the tests of verbs and of the API.
import type { Role } from '@api-proxy/contracts/enums';
import { type MemoryDatabase, openMemoryDatabase } from '@api-proxy/db/memory';
import { rowsOf } from '@api-proxy/db/rows';
import { requestLog } from '@api-proxy/db/schema/request-log';
import { users } from '@api-proxy/db/schema/users';
import { manualClock } from '@api-proxy/kit/clock';
import { MINUTE_MS } from '@api-proxy/kit/duration';
import { newId } from '@api-proxy/kit/id';
import { silentLogger } from '@api-proxy/kit/logger';
import { Secret } from '@api-proxy/kit/secret';
import { sql } from 'drizzle-orm';
import { type Attempts, createMemoryAttempts } from '../auth/attempts.ts';
import { type Auth, createAuth } from '../auth/auth.ts';
import type {
  Actor,
  AdminNotice,
  Context,
  KeyCheck,
  Notices,
  ProbeResult,
  ProbeTarget,
  ServicePorts,
} from '../context.ts';
import { createKeyHasher } from '../secret/key-hasher.ts';
import { createVault } from '../secret/vault.ts';

export type Notice = { [T in keyof Notices]: { topic: T } & Notices[T] }[keyof Notices];

export type TestBench = {
  readonly memory: MemoryDatabase;
  readonly ports: ServicePorts;
  readonly clock: ReturnType<typeof manualClock>;
  readonly auth: Auth;
  readonly attempts: Attempts;
  /** What was published since the last `reset`. */
  readonly notices: { topic: string; payload: unknown }[];
  readonly probed: { target: ProbeTarget; model: string | null }[];
  readonly cleared: string[];
  readonly learnt: KeyCheck[];
  /** Admin notices. */
  readonly told: AdminNotice[];
  /** What a probe answers until the next `reset`; usually all is well. */
  readonly answers: {
    next: ((target: ProbeTarget, model: string) => ProbeResult | Promise<ProbeResult>) | undefined;
  };
  /** Empties every table. */
  reset(): Promise<void>;
  /** Inserts a user without a password and gives the context of that user. */
  as(role: Role, name?: string): Promise<Context & { actor: Actor }>;
  readonly anonymous: Context;
  /** All users as stored. */
  userRows(): Promise<(typeof users.$inferSelect)[]>;
  /** Inserts a successful request of this user a second ago. @returns its id. */
  logRequest(userId: string): Promise<string>;
  close(): Promise<void>;
};

const PONG: ProbeResult = {
  ...{ ok: true, status: 200, firstByteMs: 12.4, durationMs: 30.6, answer: 'pong', error: null },
  ...{ lesson: 'success', complaint: null },
};

const APP_SECRET = new Secret('test-secret-of-more-than-thirty-two-characters');
export const TEST_ORIGIN = 'http://relay.test:3000';

async function emptyTables(memory: MemoryDatabase): Promise<void> {
  const tables = rowsOf<{ name: string }>(
    await memory.db.execute(sql`
      select tablename as name from pg_tables
      where schemaname = 'public' and tablename <> 'schema_migrations' and tablename !~ '_\\d{8}$'`),
  );
  // Deleting a few rows is many times faster than truncating the files of forty tables and partitions.
  const deletions = tables.map(({ name }) => `"deleted_${name}" as (delete from "${name}")`);
  await memory.db.execute(sql.raw(`with ${deletions.join(', ')} select 1`));
}

function recordingPorts(memory: MemoryDatabase) {
  // The partitions of the log are made for the days around the real now.
  const clock = manualClock(Date.now());
  const notices: TestBench['notices'] = [];
  const probed: TestBench['probed'] = [];
  const cleared: string[] = [];
  const learnt: KeyCheck[] = [];
  const told: AdminNotice[] = [];
  const answers: TestBench['answers'] = { next: undefined };
  const ports: ServicePorts = {
    db: memory.db,
    clock,
    vault: createVault(APP_SECRET),
    keyHasher: createKeyHasher(APP_SECRET),
    attempts: createMemoryAttempts(clock),
    bus: { publish: (topic, payload) => void notices.push({ topic, payload }) },
    channelProbe: {
      test: async (target, model) => {
        probed.push({ target, model });
        return answers.next ? answers.next(target, model) : PONG;
      },
      listModels: async (target) => {
        probed.push({ target, model: null });
        return { ok: true, models: ['b', 'a', 'b'] };
      },
    },
    channelLive: {
      of: () => ({ coolingUntilMs: null, breakerOpen: false, reason: null, inFlight: 0 }),
      keyCoolingUntilMs: () => null,
      clearCooldown: (channelId) => void cleared.push(channelId),
      learn: (check) => void learnt.push(check),
    },
    adminNotices: { tell: (notice) => void told.push(notice) },
    outbound: { allowLoopback: false, allowList: [], resolve: async () => ['93.184.216.34'] },
    siteInfo: { version: '0.1.0', publicUrl: null },
    compareBooks: async () => ({ users: 0, difference: 0n, differences: [], charged: 0n, logSinceMs: null }),
    ratesNow: { of: async () => [] },
  };
  return { ports, clock, notices, probed, cleared, learnt, told, answers };
}

async function logRequest(memory: MemoryDatabase, userId: string, nowMs: number): Promise<string> {
  const requestId = newId('req');
  await memory.db.insert(requestLog).values({
    requestId,
    startedAt: new Date(nowMs - 1_000),
    userId,
    keyId: 'key_1',
    protocolIn: 'openai-chat',
    operation: 'chat',
    modelAsked: 'm',
    stream: false,
    status: 200,
    outcome: 'ok',
    durationMs: 5,
  });
  return requestId;
}

/** Takes a second or two: share one per test file. */
export async function openTestBench(): Promise<TestBench> {
  const memory = await openMemoryDatabase();
  const recorded = recordingPorts(memory);
  const { ports, clock, notices, probed, cleared, learnt, told, answers } = recorded;
  const { attempts } = ports;
  const auth = createAuth({
    db: memory.db,
    appSecret: APP_SECRET,
    publicUrl: null,
    attempts,
    logger: silentLogger,
  });
  const anonymous: Context = { ...ports, actor: null, requestOrigin: TEST_ORIGIN, callerIp: null };
  return {
    ...recorded,
    memory,
    attempts,
    auth,
    anonymous,
    async reset() {
      await emptyTables(memory);
      // Past the longest window of sign-in attempts.
      clock.advance(15 * MINUTE_MS + 1);
      for (const list of [notices, probed, cleared, learnt, told]) list.length = 0;
      answers.next = undefined;
    },
    async as(role, name = role) {
      const userId = newId('usr');
      const email = `${name}@example.com`.toLowerCase();
      const at = new Date(clock.nowMs());
      await memory.db.insert(users).values({ id: userId, name, email, role, createdAt: at, updatedAt: at });
      return { ...anonymous, actor: { userId, role, name, ip: '198.51.100.7' } };
    },
    userRows: () => memory.db.select().from(users),
    logRequest: (userId) => logRequest(memory, userId, clock.nowMs()),
    close: () => memory.close(),
  };
}
