// Kept tests in the shape of the contract, and the newest of each channel by one query.
import type { KeptTest } from '@api-proxy/contracts/channels';
import type { Database } from '@api-proxy/db/database';
import { channelTests } from '@api-proxy/db/schema/channel-tests';
import { channels } from '@api-proxy/db/schema/channels';
import { desc, eq, inArray, sql } from 'drizzle-orm';

type Row = Omit<typeof channelTests.$inferSelect, 'id' | 'channelId' | 'channelKeyId' | 'actorUserId'>;

export function keptTest(row: Row): KeptTest {
  const { ok, model, status, firstByteMs, durationMs, answer, errorText, kind, createdAt } = row;
  const at = createdAt.toISOString();
  return { ok, model, status, firstByteMs, durationMs, answer, error: errorText, kind, at };
}

/** By channel id; channels without a test are left out. */
export async function lastTests(db: Database, channelIds: readonly string[]): Promise<Map<string, KeptTest>> {
  if (channelIds.length === 0) return new Map();
  const last = db
    .select()
    .from(channelTests)
    .where(eq(channelTests.channelId, channels.id))
    .orderBy(desc(channelTests.createdAt), desc(channelTests.id))
    .limit(1)
    .as('last');
  const rows = await db
    .select({
      channelId: channels.id,
      ...{ ok: last.ok, model: last.model, status: last.status, kind: last.kind, answer: last.answer },
      ...{ firstByteMs: last.firstByteMs, durationMs: last.durationMs, errorText: last.errorText },
      createdAt: last.createdAt,
    })
    .from(channels)
    .innerJoinLateral(last, sql`true`)
    .where(inArray(channels.id, [...channelIds]));
  return new Map(rows.map((row) => [row.channelId, keptTest(row)]));
}
