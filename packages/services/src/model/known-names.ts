// Which model names the installation knows, from its catalogue and from its channels.
import type { Database } from '@api-proxy/db/database';
import { channels } from '@api-proxy/db/schema/channels';
import { isNull } from 'drizzle-orm';

export type ChannelNames = { id: string; name: string; enabled: boolean; models: string[] };

/** What every channel accepts; `*` stands for any name. */
export function loadChannelNames(db: Database): Promise<ChannelNames[]> {
  return db
    .select({ id: channels.id, name: channels.name, enabled: channels.enabled, models: channels.models })
    .from(channels)
    .where(isNull(channels.deletedAt))
    .orderBy(channels.name);
}

export function accepts(channel: Pick<ChannelNames, 'models'>, model: string): boolean {
  return channel.models.includes('*') || channel.models.includes(model);
}

/** Names that channels accept literally, without `*`. */
export function namesOnChannels(list: readonly ChannelNames[]): Set<string> {
  return new Set(list.flatMap(({ models }) => models.filter((name) => name !== '*')));
}
