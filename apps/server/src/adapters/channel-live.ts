// What this worker knows of a channel while it works, for the console: pauses of its keys and calls in flight.
import type { ChannelHealth, ChannelSlots, Snapshots } from '@api-proxy/gateway/ports';
import type { Channel } from '@api-proxy/gateway/snapshot';
import type { Clock } from '@api-proxy/kit/clock';
import type { ChannelLive } from '@api-proxy/services/context';

export type ChannelLiveOptions = {
  health: ChannelHealth;
  slots: ChannelSlots;
  snapshots: Snapshots;
  clock: Clock;
};

/** Stands for the key as a whole where the health is asked by model. */
const ANY_MODEL = '';

export function channelLive({ health, slots, snapshots, clock }: ChannelLiveOptions): ChannelLive {
  const channelOf = (id: string) => snapshots.current().channels.find((channel) => channel.id === id);
  const keyCoolingUntilMs = (channelKeyId: string): number | null => {
    const untilMs = health.coolingUntilMs(channelKeyId, ANY_MODEL);
    return untilMs > clock.nowMs() ? untilMs : null;
  };
  return {
    of: (channelId) => ({
      coolingUntilMs: wholeCoolingUntilMs(channelOf(channelId), keyCoolingUntilMs),
      // Repeated failures make a key's pause longer; there is no breaker apart from that.
      breakerOpen: false,
      reason: null,
      inFlight: slots.inUse(channelId),
    }),
    keyCoolingUntilMs,
    clearCooldown: (channelId, channelKeyIds) => {
      const models = [ANY_MODEL, ...upstreamNames(channelOf(channelId), snapshots)];
      for (const channelKeyId of channelKeyIds) {
        for (const upstreamModel of models) {
          health.report({
            channelId,
            channelKeyId,
            upstreamModel,
            lesson: 'success',
            retryAfterMs: null,
            nowMs: clock.nowMs(),
          });
        }
      }
    },
  };
}

/** A channel pauses when all its keys do: until the first of them is free again. */
function wholeCoolingUntilMs(
  channel: Channel | undefined,
  keyCoolingUntilMs: (id: string) => number | null,
): number | null {
  const pauses = (channel?.keys ?? [])
    .filter(({ enabled }) => enabled)
    .map(({ id }) => keyCoolingUntilMs(id));
  if (pauses.length === 0) return null;
  const earliest = Math.min(...pauses.map((untilMs) => untilMs ?? 0));
  return earliest > 0 ? earliest : null;
}

function upstreamNames(channel: Channel | undefined, snapshots: Snapshots): Set<string> {
  const { models } = snapshots.current();
  const names = new Set<string>();
  for (const name of [...models.keys(), ...(channel?.models ?? [])]) {
    names.add(channel?.modelRenames[name] ?? models.get(name)?.upstreamModel ?? name);
  }
  return names;
}
