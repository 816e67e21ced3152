// What follows when an upstream refuses the thinking of earlier turns: less of it for the same key, all of it for who made it.
import { type Conversation, readConversation } from '@api-proxy/protocols/anthropic-messages/conversation';
import { withoutThinking } from '@api-proxy/protocols/anthropic-messages/without-thinking';
import type { Affinity, Binding } from '../ports.ts';
import { madeBy, makerOf } from '../routing/thinking-makers.ts';
import { breathAfter } from './breath.ts';

export type ThinkingDeps = {
  /** Which channel key made a block of thinking. */
  readonly thinkingMakers: Affinity;
};

/**
 * The request without the thinking that this channel key is not known to have made; without any where that would change
 * nothing, as the upstream has just refused it. Null: it has none.
 */
export async function withoutForeign(
  body: Buffer,
  { channelKeyId, userId }: { channelKeyId: string; userId: string },
  { thinkingMakers }: ThinkingDeps,
): Promise<Buffer | null> {
  const conversation = await conversationIn(body);
  if (!conversation || conversation.thoughts.length === 0) return null;
  const own = await madeBy(channelKeyId, conversation, { userId, makers: thinkingMakers });
  return withoutThinking(conversation, own.size < conversation.thoughts.length ? own : new Set());
}

/** The channel key that made the last thinking of a request; null: it has none, or nobody knows. */
export async function issuerOf(
  body: Buffer,
  userId: string,
  { thinkingMakers }: ThinkingDeps,
): Promise<Binding | null> {
  const last = (await conversationIn(body))?.thoughts.at(-1);
  return last ? await makerOf(last, userId, thinkingMakers) : null;
}

/** Others have a turn before the walk through a large body. */
async function conversationIn(body: Buffer): Promise<Conversation | null> {
  await breathAfter(body);
  return readConversation(body);
}
