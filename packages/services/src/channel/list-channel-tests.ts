// The last tests of a channel, newest first.
import type { listChannelTests as contract } from '@api-proxy/contracts/channels';
import { channelTests } from '@api-proxy/db/schema/channel-tests';
import { desc, eq } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import type { ReadVerb } from '../verb.ts';
import { loadChannel } from './channel-view.ts';
import { keptTest } from './test-rows.ts';

const MAX_TESTS = 50;

export const listChannelTests: ReadVerb<typeof contract> = async (context, { params }) => {
  requireActor(context, 'admin');
  await loadChannel(context.db, params.channelId);
  const rows = await context.db
    .select()
    .from(channelTests)
    .where(eq(channelTests.channelId, params.channelId))
    .orderBy(desc(channelTests.createdAt), desc(channelTests.id))
    .limit(MAX_TESTS);
  return {
    items: rows.map(keptTest),
  };
};
