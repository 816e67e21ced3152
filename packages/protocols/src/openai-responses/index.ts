// The OpenAI Responses dialect.
import type { Dialect } from '../dialect.ts';
import { usageObject } from '../usage-scan.ts';
import { readResponsesError, renderResponsesError, renderResponsesErrorEvent } from './error.ts';
import { readResponsesRequest } from './request.ts';
import { serverToolsIn } from './server-tools.ts';
import { ResponsesMeter } from './stream.ts';
import { ResponsesUsage } from './usage.ts';

export const openaiResponses: Dialect = {
  protocol: 'openai-responses',
  readRequest: readResponsesRequest,
  createMeter: () => new ResponsesMeter(),
  usageOfBody: (body) => {
    const usage = new ResponsesUsage();
    usage.take(usageObject(body));
    usage.takeTools(serverToolsIn(body));
    return usage.result();
  },
  readError: readResponsesError,
  renderError: renderResponsesError,
  renderErrorEvent: renderResponsesErrorEvent,
  keepAlive: ': keep-alive\n\n',
  bytesPerToken: 5,
};
