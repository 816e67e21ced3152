// The OpenAI Chat Completions dialect.
import type { Dialect } from '../dialect.ts';
import { readErrorBody } from '../upstream-error.ts';
import { usageObject } from '../usage-scan.ts';
import { renderChatError, renderChatErrorEvent } from './error.ts';
import { readChatRequest } from './request.ts';
import { ChatMeter } from './stream.ts';
import { ChatUsage } from './usage.ts';

export const openaiChat: Dialect = {
  protocol: 'openai-chat',
  readRequest: readChatRequest,
  createMeter: (options) => new ChatMeter(options),
  usageOfBody: (body) => {
    const usage = new ChatUsage();
    usage.take(usageObject(body));
    return usage.result();
  },
  readError: readErrorBody,
  renderError: renderChatError,
  renderErrorEvent: renderChatErrorEvent,
  keepAlive: ': keep-alive\n\n',
  bytesPerToken: 5,
};
