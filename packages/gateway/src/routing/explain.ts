// Why a request would go where it goes: every channel with its reason, tier, share and the state of its keys, without sending.
import type { Protocol } from '@api-proxy/protocols/protocol';
import type { BreakerState, ChannelHealth, ChannelSlots } from '../ports.ts';
import type { Snapshot } from '../snapshot.ts';
import { findCandidates, type Option, type Tier } from './candidates.ts';

export type Question = {
  readonly snapshot: Snapshot;
  readonly model: string;
  readonly protocol: Protocol;
  readonly health: Pick<ChannelHealth, 'coolingUntilMs' | 'breaker'>;
  readonly slots: Pick<ChannelSlots, 'inUse'>;
  readonly nowMs: number;
};

export type ExplainedKey = {
  readonly channelKeyId: string;
  readonly breaker: BreakerState;
  /** Null when it does not cool. */
  readonly coolingUntilMs: number | null;
};

export type ExplainedChannel = {
  readonly channelId: string;
  /** Whether it could be drawn now. */
  readonly kept: boolean;
  /** `candidate`, `cooling`, `busy`, or why it is none for this model. */
  readonly reason: string;
  readonly upstreamModel: string | null;
  /** 0 is tried first; null for no candidate. */
  readonly tier: number | null;
  /** Chance of being drawn first inside its tier, 0 to 1, over the channels of the tier that are kept. */
  readonly share: number;
  readonly keys: readonly ExplainedKey[];
};

/** In the order of the snapshot. */
export function explain(question: Question): ExplainedChannel[] {
  const { decision, options, tiers } = findCandidates(question.snapshot, question.model, question.protocol);
  const kept = new Set(options.filter((option) => stateOf(option, question) === 'candidate'));
  return decision.map(({ channelId, reason }) => {
    const option = options.find((one) => one.channel.id === channelId);
    if (!option)
      return { channelId, kept: false, reason, upstreamModel: null, tier: null, share: 0, keys: [] };
    const tier = tiers.findIndex((one) => one.options.includes(option));
    return {
      channelId,
      kept: kept.has(option),
      reason: stateOf(option, question),
      upstreamModel: option.upstreamModel,
      tier,
      share: kept.has(option) ? shareIn(tiers[tier], option, kept) : 0,
      keys: keysOf(option, question),
    };
  });
}

function keysOf(option: Option, { health, nowMs }: Question): ExplainedKey[] {
  return option.keys.map(({ id }) => {
    const untilMs = health.coolingUntilMs(id, option.upstreamModel);
    const coolingUntilMs = untilMs > nowMs ? untilMs : null;
    return { channelKeyId: id, breaker: health.breaker(id, nowMs), coolingUntilMs };
  });
}

function stateOf(option: Option, question: Question): 'candidate' | 'cooling' | 'busy' {
  const { id, maxConcurrency } = option.channel;
  if (keysOf(option, question).every((key) => key.coolingUntilMs !== null)) return 'cooling';
  return maxConcurrency !== null && question.slots.inUse(id) >= maxConcurrency ? 'busy' : 'candidate';
}

function shareIn(tier: Tier | undefined, option: Option, kept: ReadonlySet<Option>): number {
  if (!tier) return 0;
  const weight = (one: Option) => (tier.equalShares ? 1 : one.channel.weight);
  const total = tier.options.reduce((sum, one) => sum + (kept.has(one) ? weight(one) : 0), 0);
  return weight(option) / total;
}
