// The Anthropic Messages dialect.
import type { Dialect } from '../dialect.ts';
import { readErrorBody } from '../upstream-error.ts';
import { usageObject } from '../usage-scan.ts';
import { renderAnthropicError, renderAnthropicErrorEvent } from './error.ts';
import { readAnthropicRequest } from './request.ts';
import { AnthropicMeter } from './stream.ts';
import { signaturesIn } from './thinking.ts';
import { AnthropicUsage } from './usage.ts';

export const anthropicMessages: Dialect = {
  protocol: 'anthropic-messages',
  readRequest: readAnthropicRequest,
  createMeter: () => new AnthropicMeter(),
  usageOfBody: (body) => {
    const usage = new AnthropicUsage();
    usage.take(usageObject(body));
    return usage.result();
  },
  signaturesIn,
  readError: readErrorBody,
  renderError: renderAnthropicError,
  renderErrorEvent: renderAnthropicErrorEvent,
  keepAlive: 'event: ping\ndata: {"type": "ping"}\n\n',
  bytesPerToken: 3.75,
};
