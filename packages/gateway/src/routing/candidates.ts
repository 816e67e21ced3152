// Which channels can serve a model in a dialect: worked out once per snapshot, model and dialect.
import type { Protocol } from '@api-proxy/protocols/protocol';
import type { DecisionRecord } from '../exchange-record.ts';
import type { Channel, ChannelKey, Snapshot } from '../snapshot.ts';
import { type Target, targetOf } from './target.ts';

/** A channel that can serve the request. */
export type Option = {
  readonly channel: Channel;
  readonly target: Target;
  readonly keys: readonly ChannelKey[];
  readonly upstreamModel: string;
};

/** Options that share a priority; those of weight 0 stand in tiers of their own behind all others. */
export type Tier = { readonly options: readonly Option[]; readonly equalShares: boolean };

export type Candidates = {
  readonly tiers: readonly Tier[];
  readonly options: readonly Option[];
  /** Channel keys of all options, whatever their state. */
  readonly keys: number;
  /** Every channel, kept or dropped, with the reason. */
  readonly decision: readonly DecisionRecord[];
  /** Some channel accepts the model by name or `*`, whatever its dialect or state. */
  readonly accepted: boolean;
  /** Some channel accepts the model and speaks the dialect, whatever its state. */
  readonly spoken: boolean;
};

/** Answers from a memo that lives as long as the snapshot. */
export class CandidateIndex {
  readonly #bySnapshot = new WeakMap<Snapshot, Map<string, Candidates>>();

  find(snapshot: Snapshot, model: string, protocol: Protocol): Candidates {
    const memo = this.#memoOf(snapshot);
    const name = `${protocol} ${model}`;
    const known = memo.get(name);
    if (known) return known;
    const found = findCandidates(snapshot, model, protocol);
    // Names come from clients: the memo is bounded.
    if (memo.size < 10_000) memo.set(name, found);
    return found;
  }

  #memoOf(snapshot: Snapshot): Map<string, Candidates> {
    const known = this.#bySnapshot.get(snapshot);
    if (known) return known;
    const memo = new Map<string, Candidates>();
    this.#bySnapshot.set(snapshot, memo);
    return memo;
  }
}

/** The pure function behind the index; also what an explanation of a routing decision is made from. */
export function findCandidates(snapshot: Snapshot, model: string, protocol: Protocol): Candidates {
  const options: Option[] = [];
  const decision: DecisionRecord[] = [];
  let accepted = false;
  let spoken = false;
  for (const channel of snapshot.channels) {
    const accepts = channel.models.includes('*') || channel.models.includes(model);
    const speaks = channel.protocols.includes(protocol);
    accepted ||= accepts;
    spoken ||= accepts && speaks;
    const option = accepts && speaks && channel.enabled ? optionFor(snapshot, channel, model) : null;
    if (option) options.push(option);
    decision.push(recordOf(channel, option ? 'candidate' : dropReason(channel, accepts, speaks)));
  }
  const keys = options.reduce((count, option) => count + option.keys.length, 0);
  return { tiers: tiersOf(options), options, keys, decision, accepted, spoken };
}

/** What is the same for all models of a channel: with hundreds of both, one of each per pair would be tens of thousands. */
type Readied = {
  /** Null: its address is none. */
  readonly target: Target | null;
  readonly keys: readonly ChannelKey[];
  /** By reason. */
  readonly records: Map<string, DecisionRecord>;
};

const readiedOf = new WeakMap<Channel, Readied>();

function readied(channel: Channel): Readied {
  const known = readiedOf.get(channel);
  if (known) return known;
  const made: Readied = {
    target: targetOrNull(channel),
    keys: channel.keys.filter((key) => key.enabled),
    records: new Map(),
  };
  readiedOf.set(channel, made);
  return made;
}

function targetOrNull(channel: Channel): Target | null {
  try {
    return targetOf(channel);
  } catch {
    return null;
  }
}

function recordOf(channel: Channel, reason: string): DecisionRecord {
  const { records } = readied(channel);
  const known = records.get(reason);
  if (known) return known;
  const made = { channelId: channel.id, kept: reason === 'candidate', reason };
  records.set(reason, made);
  return made;
}

function dropReason(channel: Channel, accepts: boolean, speaks: boolean): string {
  if (!channel.enabled) return 'disabled';
  if (!accepts) return 'model_not_accepted';
  if (!speaks) return 'protocol_not_spoken';
  return channel.keys.some((key) => key.enabled) ? 'address_invalid' : 'no_enabled_key';
}

function optionFor(snapshot: Snapshot, channel: Channel, model: string): Option | null {
  const { keys, target } = readied(channel);
  if (keys.length === 0 || target === null) return null;
  const renamed = Object.hasOwn(channel.modelRenames, model) ? channel.modelRenames[model] : undefined;
  const upstreamModel = renamed ?? snapshot.models.get(model)?.upstreamModel ?? model;
  return { channel, target, keys, upstreamModel };
}

function tiersOf(options: readonly Option[]): Tier[] {
  const byRank = new Map<string, Option[]>();
  for (const option of options) {
    const rank = `${option.channel.weight > 0 ? 1 : 0} ${option.channel.priority}`;
    const tier = byRank.get(rank);
    if (tier) tier.push(option);
    else byRank.set(rank, [option]);
  }
  return [...byRank.values()]
    .map((tier) => ({ options: tier, equalShares: (tier[0]?.channel.weight ?? 0) <= 0 }))
    .sort((a, b) => Number(a.equalShares) - Number(b.equalShares) || priorityOf(b) - priorityOf(a));
}

function priorityOf(tier: Tier): number {
  return tier.options[0]?.channel.priority ?? 0;
}
