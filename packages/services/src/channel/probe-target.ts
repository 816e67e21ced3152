// A stored channel as the target of one call, with one of its credentials opened.
import type { Context, ProbeTarget } from '../context.ts';
import { invalidInput } from '../failure.ts';
import type { ChannelKeyRow, StoredChannel } from './channel-view.ts';

/** Takes the first active credential, else a rejected one, which a test may show to work again, else the first. */
export function targetOf(
  context: Context,
  stored: StoredChannel,
  channelKeyId?: string,
): { key: ChannelKeyRow; target: ProbeTarget } {
  const { row, keys } = stored;
  const ofStatus = (wanted: ChannelKeyRow['status']) => keys.find(({ status }) => status === wanted);
  const key =
    channelKeyId === undefined
      ? (ofStatus('active') ?? ofStatus('rejected') ?? keys[0])
      : keys.find(({ id }) => id === channelKeyId);
  if (!key) throw invalidInput('channelId', 'this channel has no key');
  const { type, baseUrl, speaks, extraHeaders, proxyUrl, http2 } = row;
  const secret = context.vault.open(key.encryptedSecret);
  const way = { type, baseUrl, speaks, extraHeaders, proxyUrl, http2 };
  return { key, target: { channelId: row.id, secret, ...way } };
}
