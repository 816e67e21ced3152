// What this worker knows of a channel while it works, for the console: pauses of its keys and calls in flight.
import type { BreakerState, ChannelHealth, ChannelSlots, Snapshots } from '@api-proxy/gateway/ports';
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
      breakerOpen: isWhollyOpen(channelOf(channelId), (id) => health.breaker(id, clock.nowMs())),
      reason: null,
      inFlight: slots.inUse(channelId),
    }),
    keyCoolingUntilMs,
    clearCooldown: (_channelId, channelKeyIds) => {
      for (const channelKeyId of channelKeyIds) health.clear(channelKeyId);
    },
    learn: (check) => health.report({ ...check, retryAfterMs: null, probe: null, nowMs: clock.nowMs() }),
  };
}

/** A channel's breaker counts as open when those of all its keys are. */
function isWhollyOpen(channel: Channel | undefined, breakerOf: (id: string) => BreakerState): boolean {
  const states = (channel?.keys ?? []).filter(({ enabled }) => enabled).map(({ id }) => breakerOf(id));
  return states.length > 0 && states.every((state) => state === 'open');
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
