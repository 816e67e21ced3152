// Which path belongs to which dialect and operation, and which dialect to which name.
import { anthropicMessages } from './anthropic-messages/index.ts';
import type { Dialect } from './dialect.ts';
import { openaiChat } from './openai-chat/index.ts';
import { openaiEmbeddings } from './openai-embeddings/index.ts';
import { openaiResponses } from './openai-responses/index.ts';
import type { ChannelType, Operation, Protocol } from './protocol.ts';

export const DIALECTS: Readonly<Record<Protocol, Dialect>> = {
  'anthropic-messages': anthropicMessages,
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'openai-embeddings': openaiEmbeddings,
};

export type Method = 'GET' | 'POST' | 'DELETE';

/** One relayed path; `path` is without the `/v1` in front. */
export type Endpoint = {
  readonly path: string;
  readonly dialect: Dialect;
  readonly operation: Operation;
  readonly methods: readonly Method[];
  /** Of `stored_response`: the response that is meant. */
  readonly responseId?: string;
};

const POST: readonly Method[] = ['POST'];

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map(
  [
    { path: '/messages', dialect: anthropicMessages, operation: 'generate' as const },
    { path: '/messages/count_tokens', dialect: anthropicMessages, operation: 'count_tokens' as const },
    { path: '/chat/completions', dialect: openaiChat, operation: 'generate' as const },
    { path: '/responses', dialect: openaiResponses, operation: 'generate' as const },
    { path: '/embeddings', dialect: openaiEmbeddings, operation: 'embed' as const },
  ].map((endpoint) => [endpoint.path, { ...endpoint, methods: POST }]),
);

/** The endpoint at a path such as `/messages` (no `/v1`, no query), or undefined. */
export function endpointAt(path: string): Endpoint | undefined {
  return ENDPOINTS.get(path) ?? storedResponseAt(path);
}

const STORED_RESPONSE = /^\/responses\/([^/]+)(?:\/(cancel|input_items))?$/;
/** Paths below `/responses` that are operations, not ids. */
const NO_IDS: ReadonlySet<string> = new Set(['compact', 'input_tokens']);

function storedResponseAt(path: string): Endpoint | undefined {
  const [, responseId, action] = STORED_RESPONSE.exec(path) ?? [];
  if (responseId === undefined || NO_IDS.has(responseId)) return undefined;
  const methods = methodsOf(action);
  return { path, dialect: openaiResponses, operation: 'stored_response', methods, responseId };
}

function methodsOf(action: string | undefined): readonly Method[] {
  if (action === undefined) return ['GET', 'DELETE'];
  return action === 'cancel' ? POST : ['GET'];
}

/** Dialects a family of upstream speaks unless a channel says otherwise. */
export const DEFAULT_PROTOCOLS: Readonly<Record<ChannelType, readonly Protocol[]>> = {
  claude: ['anthropic-messages'],
  openai: ['openai-chat', 'openai-responses', 'openai-embeddings'],
};
