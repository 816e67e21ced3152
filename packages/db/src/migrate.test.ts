// Migrations, partitions and what the schema itself forbids.
import { sql } from 'drizzle-orm';
import { afterEach, expect, it } from 'vitest';
import type { Database } from './database.ts';
import { type MemoryDatabase, openMemoryDatabase } from './memory.ts';
import { migrate, migrationState } from './migrate.ts';
import { dropPartitionsBefore, ensurePartitions } from './partitions.ts';
import { rowsOf } from './rows.ts';
import { requestLog } from './schema/request-log.ts';
import { users } from './schema/users.ts';

const DAY_MS = 86_400_000;
let memory: MemoryDatabase | undefined;

async function open(): Promise<Database> {
  memory = await openMemoryDatabase();
  return memory.db;
}

afterEach(async () => {
  await memory?.close();
  memory = undefined;
});

it('a second migration changes nothing and the state says so', async () => {
  const db = await open();
  await db.insert(users).values({ id: 'usr_1', name: 'Ada', email: 'ada@example.com' });
  expect(await migrate(db)).toBe(0);
  const state = await migrationState(db);
  expect(state.applied).toBe(state.head);
  expect(await db.select().from(users)).toHaveLength(1);
});

it('a database whose history differs from ours is refused', async () => {
  const db = await open();
  await db.execute(sql`update schema_migrations set hash = 'other' where version = 1`);
  await expect(migrate(db)).rejects.toThrow('not the one this program knows');
});

it('a log row lands in the partition of its day, and retention drops whole days', async () => {
  const db = await open();
  const old = Date.UTC(2026, 0, 10, 23, 59, 59, 999);
  await ensurePartitions(db, old, old + DAY_MS);
  const row = {
    userId: 'usr_1',
    keyId: 'key_1',
    protocolIn: 'openai-chat',
    operation: 'chat',
    modelAsked: 'm',
    stream: false,
    status: 200,
    outcome: 'ok',
    durationMs: 1,
  } as const;
  await db.insert(requestLog).values([
    { ...row, requestId: 'req_1', startedAt: new Date(old) },
    { ...row, requestId: 'req_2', startedAt: new Date(old + 1) },
  ]);
  const places = rowsOf<{ place: string }>(
    await db.execute(sql`select tableoid::regclass::text as place from request_log order by request_id`),
  );
  expect(places.map(({ place }) => place)).toEqual(['request_log_20260110', 'request_log_20260111']);
  expect(await dropPartitionsBefore(db, 'request_log', old + 2)).toEqual(['request_log_20260110']);
  expect((await db.select().from(requestLog)).map((kept) => kept.requestId)).toEqual(['req_2']);
});

it('two users cannot share an address, whatever its case', async () => {
  const db = await open();
  await db.insert(users).values({ id: 'usr_1', name: 'Ada', email: 'ada@example.com' });
  await expect(
    db.insert(users).values({ id: 'usr_2', name: 'Eve', email: 'ADA@example.com' }),
  ).rejects.toThrow();
});
