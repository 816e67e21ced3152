// The OpenAI Embeddings dialect; it has no streams.
import type { Dialect } from '../dialect.ts';
import { renderChatErrorEvent } from '../openai-chat/error.ts';
import { ChatMeter } from '../openai-chat/stream.ts';
import { readErrorBody } from '../upstream-error.ts';
import { usageObject } from '../usage-scan.ts';
import { renderEmbeddingsError } from './error.ts';
import { readEmbeddingsRequest } from './request.ts';
import { embeddingsUsage } from './usage.ts';

export const openaiEmbeddings: Dialect = {
  protocol: 'openai-embeddings',
  readRequest: readEmbeddingsRequest,
  createMeter: (options) => new ChatMeter(options),
  usageOfBody: (body) => embeddingsUsage(usageObject(body)),
  readError: readErrorBody,
  renderError: renderEmbeddingsError,
  renderErrorEvent: renderChatErrorEvent,
  keepAlive: ': keep-alive\n\n',
  bytesPerToken: 5,
};
