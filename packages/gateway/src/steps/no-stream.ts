// The ending of a stream that was begun for a client that waited, when its upstream then answers with a body: that has no place there.
import { isFree } from '@api-proxy/protocols/protocol';
import { NO_USAGE } from '@api-proxy/protocols/usage';
import type { Ending } from '../ending.ts';
import type { Exchange } from '../exchange.ts';
import { sendFault } from '../reply.ts';
import type { Committed } from './try-once.ts';

const FAULT = {
  status: 502,
  code: 'no_stream',
  message: 'The upstream answered without the stream that was asked for.',
};

/** Closes the upstream; what its body cost is known when all of it has come. */
export function noStream(exchange: Exchange, { upstream, answer }: Committed): Ending {
  const { dialect, operation } = exchange.endpoint;
  upstream.abort();
  const usage = answer.ended && !isFree(operation) ? dialect.usageOfBody(answer.first) : null;
  const fault = { ...FAULT, param: null, requestId: exchange.requestId };
  return {
    status: fault.status,
    outcome: 'upstream_error',
    errorCode: fault.code,
    errorText: fault.message,
    usage: usage ?? NO_USAGE,
    firstByteMs: null,
    finish: () => sendFault(exchange, fault, []),
  };
}
