// Step: turn what happened into one record with its price, and hand it to be booked.
import type { NanoUsd } from '@api-proxy/kit/money';
import { isFree } from '@api-proxy/protocols/protocol';
import type { Ending } from '../ending.ts';
import type { Exchange } from '../exchange.ts';
import type { DecisionRecord, ExchangeRecord, Outcome } from '../exchange-record.ts';
import { cost } from '../metering/cost.ts';
import { resolvePrice } from '../metering/price.ts';
import type { Caller, Settlements } from '../ports.ts';
import type { Route } from '../routing/route.ts';
import type { Price } from '../snapshot.ts';
import type { Trace } from '../trace.ts';

export type SettleInput = {
  readonly exchange: Exchange;
  readonly caller: Caller;
  readonly trace: Trace;
  readonly ending: Ending;
  readonly durationMs: number;
};

const NO_MULTIPLIER_PPM = 1_000_000;

/** Who pays, by outcome; for a broken-off answer the settings decide (a request that ended before a byte came has no usage to pay for). */
const PAYS: Readonly<Record<Outcome, boolean | 'setting'>> = {
  ok: true,
  client_closed: true,
  client_error: false,
  denied: false,
  upstream_error: false,
  upstream_truncated: 'setting',
  interrupted: true,
};

export function settle(input: SettleInput, settlements: Settlements): ExchangeRecord {
  const plan = input.trace.route?.plan;
  const record = recordOf(input, (plan && settlements.planId?.(plan)) ?? null);
  settlements.settle(record);
  return record;
}

/** The record of an exchange; pure. @param planId where the plan of its route is stored, if it is. */
export function recordOf(input: SettleInput, planId: string | null): ExchangeRecord {
  const { exchange, caller, trace, ending, durationMs } = input;
  const { call, candidate } = trace;
  const price = priceOf(input, trace.candidate?.option.channel.id ?? null);
  const paid = pays(input);
  const { multiplierPpm } = caller.user;
  return {
    requestId: exchange.requestId,
    startedAtMs: exchange.startedAtMs,
    userId: caller.user.id,
    keyId: caller.key.id,
    channelId: candidate?.option.channel.id ?? null,
    channelKeyId: candidate?.key.id ?? null,
    protocolIn: exchange.endpoint.dialect.protocol,
    protocolOut: candidate ? exchange.endpoint.dialect.protocol : null,
    operation: exchange.endpoint.operation,
    modelAsked: call?.model ?? '',
    modelServed: candidate?.option.upstreamModel ?? null,
    stream: call?.stream ?? false,
    status: ending.status,
    outcome: ending.outcome,
    errorCode: ending.errorCode,
    errorText: ending.errorText,
    usage: ending.usage,
    serverTools: ending.usage.serverTools ?? null,
    priceId: price?.id ?? null,
    multiplierPpm,
    costNanoUsd: paid && price !== null ? cost(ending.usage, price, multiplierPpm) : 0n,
    priced: price !== null,
    operatorLossNanoUsd: lossOf(input, paid ? null : price),
    firstByteMs: ending.firstByteMs,
    durationMs,
    overheadMs: exchange.overheadMs(ending.firstByteMs ?? durationMs),
    clientIp: exchange.clientIp,
    userAgent: (exchange.req.headers['user-agent'] ?? '').slice(0, 512),
    upstreamRequestId: trace.upstreamRequestId,
    attempts: trace.attempts,
    planId,
    decision: decisionOf(trace.route, planId),
    droppedFields: [],
  };
}

function decisionOf(route: Route | null, planId: string | null): readonly DecisionRecord[] {
  if (!route) return [];
  if (planId !== null) return route.notes;
  return route.notes.length === 0 ? route.plan : [...route.plan, ...route.notes];
}

function pays({ exchange, ending }: SettleInput): boolean {
  const rule = PAYS[ending.outcome];
  if (rule !== 'setting') return rule;
  // Who was sent an error in place of an answer has nothing to pay for.
  return exchange.snapshot.settings.truncatedPolicy === 'charge' && ending.status < 400;
}

/** At × 1: the multiplier is between the user and the operator. @param unpaid price of an answer that nobody pays for. */
function lossOf(input: SettleInput, unpaid: Price | null): NanoUsd {
  let loss = unpaid === null ? 0n : cost(input.ending.usage, unpaid, NO_MULTIPLIER_PPM);
  for (const { channelId, usage } of input.trace.lost) {
    const price = priceOf(input, channelId);
    if (price !== null) loss += cost(usage, price, NO_MULTIPLIER_PPM);
  }
  return loss;
}

function priceOf({ exchange, trace }: SettleInput, channelId: string | null): Price | null {
  if (!trace.call || isFree(exchange.endpoint.operation)) return null;
  return resolvePrice(exchange.snapshot, {
    model: trace.call.model,
    channelId,
    nowMs: exchange.startedAtMs,
  });
}
