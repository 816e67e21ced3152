// Tests all channels in use, or those that are named, a few at a time.
import type { ChannelTest, testAllChannels as contract } from '@api-proxy/contracts/channels';
import { channels } from '@api-proxy/db/schema/channels';
import { messageOf } from '@api-proxy/kit/error';
import { eq, inArray } from 'drizzle-orm';
import { requireActor } from '../authorise.ts';
import type { Context } from '../context.ts';
import type { Verb } from '../verb.ts';
import { atOnce } from './at-once.ts';
import { loadChannels, type StoredChannel } from './channel-view.ts';
import { checkChannelUrls } from './channel-write.ts';
import { testByHand } from './test-by-hand.ts';

const TESTS_AT_ONCE = 4;

export const testAllChannels: Verb<typeof contract> = async (context, { body }) => {
  requireActor(context, 'admin');
  const { channelIds } = body;
  const wanted = channelIds ? inArray(channels.id, channelIds) : eq(channels.enabled, true);
  const stored = await loadChannels(context.db, wanted);
  const items = await atOnce(stored, TESTS_AT_ONCE, async (one) => ({
    channelId: one.row.id,
    ...(await tested(context, one)),
  }));
  return { items };
};

/** One channel that can't even be tried is no reason not to try the others. */
async function tested(context: Context, stored: StoredChannel): Promise<ChannelTest> {
  try {
    await checkChannelUrls(context, stored.row);
    return await testByHand(context, stored);
  } catch (thrown) {
    const nothing = { status: null, firstByteMs: null, durationMs: 0, answer: null };
    const at = new Date(context.clock.nowMs()).toISOString();
    return { ok: false, model: stored.row.healthModel ?? '', ...nothing, error: messageOf(thrown), at };
  }
}
