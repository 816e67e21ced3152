// Which channel key made a block of thinking: remembered by its signature, for as long as a conversation may pause.
import { hash } from 'node:crypto';
import { HOUR_MS } from '@api-proxy/kit/duration';
import type { Conversation, Thought } from '@api-proxy/protocols/anthropic-messages/conversation';
import type { Affinity, Binding, Maybe } from '../ports.ts';

const KEPT_MS = 6 * HOUR_MS;
/** So many blocks of one request are asked about, the latest ones; of older ones the maker counts as unknown. */
const MOST_ASKED = 256;

/** The name under which a maker is remembered; another user's doesn't meet it. */
export function thinkingName(userId: string, signature: string): string {
  return hash('sha256', `thinking\n${userId}\n${signature}`, 'base64url');
}

/** Takes down what the thinking in one answer is signed with. */
export class ThinkingNotes {
  readonly #userId: string;
  readonly #maker: Binding;
  readonly #makers: Affinity;

  constructor(userId: string, maker: Binding, makers: Affinity) {
    this.#userId = userId;
    this.#maker = maker;
    this.#makers = makers;
  }

  signed(signature: string): void {
    this.#makers.bind(thinkingName(this.#userId, signature), this.#maker, KEPT_MS);
  }
}

/** Which of a request's thinking a channel key is known to have made. */
export async function madeBy(
  channelKeyId: string,
  { thoughts }: Conversation,
  { userId, makers }: { userId: string; makers: Affinity },
): Promise<ReadonlySet<Thought>> {
  const asked = thoughts.slice(-MOST_ASKED);
  // Asked in the same turn, shared state answers all of it by one round trip.
  const found = await Promise.all(asked.map((thought) => makerOf(thought, userId, makers)));
  return new Set(asked.filter((_, at) => found[at]?.channelKeyId === channelKeyId));
}

/** The channel key that made this thinking; null: not known. */
export function makerOf({ signature }: Thought, userId: string, makers: Affinity): Maybe<Binding | null> {
  return signature === null ? null : makers.get(thinkingName(userId, signature));
}
