// The wire dialects, the operations of the relay API, and the families of upstream.

export const PROTOCOLS = [
  'anthropic-messages',
  'openai-chat',
  'openai-responses',
  'openai-embeddings',
] as const;

/** A wire dialect. */
export type Protocol = (typeof PROTOCOLS)[number];

/** What a client asks for; `stored_response` reads, cancels or deletes a response that was made before. */
export type Operation = 'generate' | 'count_tokens' | 'embed' | 'stored_response';

/** Whether an operation costs nothing, by design: no price, no hold, no usage. */
export function isFree(operation: Operation): boolean {
  return operation === 'count_tokens' || operation === 'stored_response';
}

/** The family of an upstream: it decides how its credential is sent. */
export type ChannelType = 'claude' | 'openai';
