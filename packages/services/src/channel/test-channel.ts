// Sends one small call to a channel, keeps the result, and tells what came back.
import type { testChannel as contract } from '@api-proxy/contracts/channels';
import { requireActor } from '../authorise.ts';
import type { Verb } from '../verb.ts';
import { loadChannel } from './channel-view.ts';
import { checkChannelUrls } from './channel-write.ts';
import { testByHand } from './test-by-hand.ts';

export const testChannel: Verb<typeof contract> = async (context, { params, body }) => {
  requireActor(context, 'admin');
  const stored = await loadChannel(context.db, params.channelId);
  await checkChannelUrls(context, stored.row);
  return testByHand(context, stored, body.model);
};
