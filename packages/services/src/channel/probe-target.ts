// A stored channel as the target of one call, with one of its credentials opened.
import type { Context, ProbeTarget } from '../context.ts';
import { invalidInput } from '../failure.ts';
import type { ChannelKeyRow, StoredChannel } from './channel-view.ts';

/** Takes the first active credential, else the first: a test may show that a rejected one works again. */
export function targetOf(
  context: Context,
  stored: StoredChannel,
): { key: ChannelKeyRow; target: ProbeTarget } {
  const { row, keys } = stored;
  const key = keys.find(({ status }) => status === 'active') ?? keys[0];
  if (!key) throw invalidInput('channelId', 'this channel has no key');
  const { type, baseUrl, speaks, extraHeaders, proxyUrl } = row;
  const secret = context.vault.open(key.encryptedSecret);
  return { key, target: { channelId: row.id, type, baseUrl, speaks, secret, extraHeaders, proxyUrl } };
}
