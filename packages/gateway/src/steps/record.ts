// Step: tell the live view that a request runs, and that it has ended.
import type { Call } from '../call.ts';
import type { Exchange } from '../exchange.ts';
import type { ExchangeRecord } from '../exchange-record.ts';
import type { Caller, LiveEvents } from '../ports.ts';

export function recordStart(
  input: { exchange: Exchange; caller: Caller; call: Call },
  live: LiveEvents | undefined,
): void {
  if (!live) return;
  const { exchange, caller, call } = input;
  live.publish({
    kind: 'started',
    requestId: exchange.requestId,
    startedAtMs: exchange.startedAtMs,
    userId: caller.user.id,
    keyId: caller.key.id,
    protocolIn: exchange.endpoint.dialect.protocol,
    modelAsked: call.model,
    stream: call.stream,
  });
}

export function record(finished: ExchangeRecord, live: LiveEvents | undefined): void {
  live?.publish({ kind: 'finished', record: finished });
}
