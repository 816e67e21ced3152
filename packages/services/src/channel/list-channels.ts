// All channels with their live state.
import type { listChannels as contract } from '@api-proxy/contracts/channels';
import { requireActor } from '../authorise.ts';
import type { Verb } from '../verb.ts';
import { channelsOf, loadChannels } from './channel-view.ts';

export const listChannels: Verb<typeof contract> = async (context) => {
  requireActor(context, 'admin');
  return { items: await channelsOf(context, await loadChannels(context.db)) };
};
