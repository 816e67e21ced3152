// What later steps will ask of shared state is asked ahead, along with the limits, so that it is there when they come.
import type { Call } from '../call.ts';
import type { Exchange } from '../exchange.ts';
import type { ChannelSlots } from '../ports.ts';
import type { CandidateIndex } from '../routing/candidates.ts';
import type { Bond } from './bond.ts';

export type ForeseeDeps = { readonly candidates: CandidateIndex; readonly slots: ChannelSlots };

export type ForeseeInput = { readonly exchange: Exchange; readonly call: Call; readonly bond: Bond };

/** Starts the look for the bound channel key, and for a place at the channel that will probably be tried first. */
export function foresee({ exchange, call, bond }: ForeseeInput, { candidates, slots }: ForeseeDeps): void {
  const { snapshot, endpoint } = exchange;
  if (endpoint.operation === 'stored_response') return;
  const { options, tiers, keys } = candidates.find(snapshot, call.model, endpoint.dialect.protocol);
  const binding = keys > 1 ? bond.look() : null;
  if (!slots.prepare) return;
  const first = tiers[0]?.options ?? [];
  const likely =
    options.find(({ channel }) => channel.id === binding?.channelId) ??
    (first.length === 1 ? first[0] : null);
  if (likely) slots.prepare(likely.channel.id, likely.channel.maxConcurrency);
}
