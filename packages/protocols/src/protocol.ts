// The wire dialects, the operations of the relay API, and the families of upstream.

export const PROTOCOLS = [
  'anthropic-messages',
  'openai-chat',
  'openai-responses',
  'openai-embeddings',
] as const;

/** A wire dialect. */
export type Protocol = (typeof PROTOCOLS)[number];

/** What a client asks for; `count_tokens` is free of charge. */
export type Operation = 'generate' | 'count_tokens' | 'embed';

/** The family of an upstream: it decides how its credential is sent. */
export type ChannelType = 'claude' | 'openai';
