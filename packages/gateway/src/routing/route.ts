// The order in which one request tries channels: weighted draws, tier by tier, made only when needed.
import { Few } from '@api-proxy/kit/few';
import type { DecisionRecord } from '../exchange-record.ts';
import type { Binding, ChannelHealth } from '../ports.ts';
import type { ChannelKey } from '../snapshot.ts';
import type { Candidates, Option, Tier } from './candidates.ts';

/** One thing to try. */
export type Candidate = {
  readonly option: Option;
  readonly key: ChannelKey;
  /** The probe that trying it is, see `ChannelHealth.begin`. */
  readonly probe?: string | null;
};

export type RouteInput = {
  readonly candidates: Candidates;
  readonly health: ChannelHealth;
  readonly random: () => number;
};

export class Route {
  readonly #candidates: Candidates;
  readonly #health: ChannelHealth;
  readonly #random: () => number;
  readonly #triedKeys = new Few<string>();
  /** Channels that failed as a whole: their other keys come after other channels. */
  readonly #failed = new Few<string>();
  /** Channels without a free slot. */
  readonly #busy = new Few<string>();
  /** Keys that somebody else probes. */
  readonly #probed = new Few<string>();
  readonly #notes: DecisionRecord[] = [];

  constructor(input: RouteInput) {
    this.#candidates = input.candidates;
    this.#health = input.health;
    this.#random = input.random;
  }

  /** Every channel with the reason it was kept or dropped: one list for all requests of a snapshot, model and dialect. */
  get plan(): readonly DecisionRecord[] {
    return this.#candidates.decision;
  }

  /** What happened while choosing. */
  get notes(): readonly DecisionRecord[] {
    return this.#notes;
  }

  /** Whether some channel was left out only because it had no free slot. */
  get sawBusy(): boolean {
    return this.#busy.size > 0;
  }

  /** How many channels could serve the request, whatever their state. */
  get channels(): number {
    return this.#candidates.options.length;
  }

  /** How many channel keys could serve the request, whatever their state. */
  get keys(): number {
    return this.#candidates.keys;
  }

  /** The next key to try, never one twice; null when none is left. Cooling keys come last, the one due soonest first. */
  next(nowMs: number): Candidate | null {
    for (const tier of this.#candidates.tiers) {
      const found = this.#draw(tier, nowMs, false);
      if (found) return this.#take(found);
    }
    for (const tier of this.#candidates.tiers) {
      const found = this.#draw(tier, nowMs, true);
      if (found) return this.#take(found);
    }
    const cooling = this.#triedKeys.size === 0 && this.#busy.size === 0 ? this.#soonest() : null;
    return cooling ? this.#take(cooling) : null;
  }

  /**
   * The bound key, when it may be tried now like any other: a candidate, not tried, not cooling, its channel not busy.
   * @param why what binds it, for the record
   */
  bound(binding: Binding, nowMs: number, why: 'affinity' | 'issuer' = 'affinity'): Candidate | null {
    const option = this.#candidates.options.find((one) => one.channel.id === binding.channelId);
    if (!option || this.#busy.has(option.channel.id) || this.#failed.has(option.channel.id)) return null;
    const key = option.keys.find((one) => one.id === binding.channelKeyId);
    if (!key || this.#triedKeys.has(key.id)) return null;
    if (this.#health.coolingUntilMs(key.id, option.upstreamModel) > nowMs) return null;
    this.#note({ channelId: option.channel.id, kept: true, reason: why });
    return this.#take({ option, key });
  }

  /** Whether a channel was left out in this request because it had no free slot. */
  wasBusy(channelId: string): boolean {
    return this.#busy.has(channelId);
  }

  /** Another key of the same channel, for failures that concern the key alone. */
  sibling(option: Option, nowMs: number): Candidate | null {
    const key = this.#freeKey(option, nowMs);
    return key ? this.#take({ option, key }) : null;
  }

  /** The channel as a whole failed. */
  markFailed(channelId: string): void {
    this.#failed.add(channelId);
  }

  /** The candidate's channel has no free slot: it was not tried. */
  markBusy({ option, key }: Candidate): void {
    const channelId = option.channel.id;
    this.#triedKeys.delete(key.id);
    this.#busy.add(channelId);
    this.#note({ channelId, kept: false, reason: 'busy' });
  }

  /** Somebody else probes the candidate's key: it was not tried, and is not for this request. */
  leave({ option, key }: Candidate): void {
    this.#triedKeys.delete(key.id);
    this.#probed.add(key.id);
    this.#note({ channelId: option.channel.id, kept: false, reason: 'cooling' });
  }

  /** Channels without a free slot may have one again, and probes may be over. */
  forgetBusy(): void {
    this.#busy.clear();
    this.#probed.clear();
  }

  /** The channels without a free slot. */
  get busy(): readonly string[] {
    return this.#busy.all();
  }

  /** When to come back: the minimum over all keys that could serve; a second for one that is free and was not tried. 0 when none says. */
  soonestDueMs(nowMs: number): number {
    let due = 0;
    for (const option of this.#candidates.options) {
      for (const key of option.keys) {
        // A probe is over long before its lease is.
        const until = this.#probed.has(key.id)
          ? 0
          : this.#health.coolingUntilMs(key.id, option.upstreamModel);
        const wanted = until > nowMs ? until : this.#triedKeys.has(key.id) ? 0 : nowMs + 1_000;
        if (wanted > 0 && (due === 0 || wanted < due)) due = wanted;
      }
    }
    return due;
  }

  #note(note: DecisionRecord): void {
    const known = this.#notes.some((one) => one.channelId === note.channelId && one.reason === note.reason);
    if (!known) this.#notes.push(note);
  }

  #take(candidate: Candidate): Candidate {
    this.#triedKeys.add(candidate.key.id);
    return candidate;
  }

  #draw(tier: Tier, nowMs: number, failedToo: boolean): Candidate | null {
    const skipped = new Few<Option>();
    for (;;) {
      const option = this.#pick(tier, skipped, failedToo);
      if (!option) return null;
      const key = this.#freeKey(option, nowMs);
      if (key) return { option, key };
      skipped.add(option);
    }
  }

  #pick(tier: Tier, skipped: Few<Option>, failedToo: boolean): Option | null {
    let total = 0;
    for (const option of tier.options)
      if (this.#open(option, skipped, failedToo)) total += weightIn(tier, option);
    if (total === 0) return null;
    let point = this.#random() * total;
    let last: Option | null = null;
    for (const option of tier.options) {
      if (!this.#open(option, skipped, failedToo)) continue;
      last = option;
      point -= weightIn(tier, option);
      if (point < 0) return option;
    }
    return last;
  }

  #open(option: Option, skipped: Few<Option>, failedToo: boolean): boolean {
    const id = option.channel.id;
    return !skipped.has(option) && !this.#busy.has(id) && (failedToo || !this.#failed.has(id));
  }

  /** An untried, not cooling key, drawn evenly; notes why there is none. */
  #freeKey(option: Option, nowMs: number): ChannelKey | null {
    const count = option.keys.length;
    const first = count > 1 ? Math.floor(this.#random() * count) : 0;
    let cooling = false;
    let drawn: ChannelKey | null = null;
    let free = 0;
    for (let step = 0; step < count; step++) {
      const key = option.keys[(first + step) % count];
      if (!key || this.#triedKeys.has(key.id)) continue;
      if (this.#health.coolingUntilMs(key.id, option.upstreamModel) > nowMs) cooling = true;
      else if (step === 0) return key;
      // The share of one that is left out is shared by all others, not given to the next in the list.
      else if (this.#random() * ++free < 1) drawn = key;
    }
    if (drawn) return drawn;
    if (cooling) this.#note({ channelId: option.channel.id, kept: false, reason: 'cooling' });
    return null;
  }

  /** With everything cooling, what is due first is tried, unless somebody probes it: no state excludes a channel for ever. */
  #soonest(): Candidate | null {
    let best: Candidate | null = null;
    let bestDue = Number.POSITIVE_INFINITY;
    for (const option of this.#candidates.options) {
      if (this.#busy.has(option.channel.id)) continue;
      for (const key of option.keys) {
        if (this.#probed.has(key.id)) continue;
        const due = this.#health.coolingUntilMs(key.id, option.upstreamModel);
        if (due < bestDue) {
          best = { option, key };
          bestDue = due;
        }
      }
    }
    return best;
  }
}

function weightIn(tier: Tier, option: Option): number {
  return tier.equalShares ? 1 : option.channel.weight;
}
