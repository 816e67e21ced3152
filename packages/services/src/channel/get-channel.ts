// One channel.
import type { getChannel as contract } from '@api-proxy/contracts/channels';
import { requireActor } from '../authorise.ts';
import type { Verb } from '../verb.ts';
import { channelNow } from './channel-view.ts';

export const getChannel: Verb<typeof contract> = async (context, { params }) => {
  requireActor(context, 'admin');
  return channelNow(context, params.channelId);
};
