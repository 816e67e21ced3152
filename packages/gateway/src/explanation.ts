// `POST /api/v1/explain`: where a call would go and why, or why it would be refused; nothing is sent, held or counted.
import { formatUsd } from '@api-proxy/kit/money';
import type { Call } from './call.ts';
import { DENIAL_STATUS, type Denial, type DenialCode, describeDenial, isDenial } from './denial.ts';
import type { Exchange } from './exchange.ts';
import { estimateInputTokens } from './metering/estimate.ts';
import type { Caller } from './ports.ts';
import type { RelayDeps } from './relay.ts';
import { faultHeaders, sendJson } from './reply.ts';
import { type ExplainedChannel, explain } from './routing/explain.ts';
import { refusal } from './steps/admit.ts';
import { authenticate } from './steps/authenticate.ts';
import { Bond } from './steps/bond.ts';
import { upperBound } from './steps/hold.ts';
import { plan } from './steps/plan.ts';
import { read } from './steps/read.ts';

/** These say nothing about routing: who gets one is told no more. */
const CLOSED: ReadonlySet<DenialCode> = new Set(['user_disabled', 'ip_not_allowed']);

/** Answers the call whose exchange this is, as JSON; its body is the call's as it would be sent. */
export async function answerExplanation(exchange: Exchange, deps: RelayDeps): Promise<void> {
  const who = { headers: exchange.req.headers, nowMs: exchange.startedAtMs };
  const caller = await authenticate(who, deps);
  if (isDenial(caller)) return sendDenial(exchange, caller);
  const call = await read(exchange, deps.monotonicMs);
  if (call === null) return;
  if (isDenial(call)) return sendDenial(exchange, call);
  const input = { exchange, caller, call };
  const refused = refusal(input, deps);
  if (refused && CLOSED.has(refused.denied)) return sendDenial(exchange, refused);
  const bond = new Bond(input, deps);
  const denied = refused ?? denialOf(plan({ ...input, trace: { route: null }, bond }, deps));
  const body = {
    requestId: exchange.requestId,
    protocol: exchange.endpoint.dialect.protocol,
    operation: exchange.endpoint.operation,
    model: call.model,
    stream: call.stream,
    denied: denied ? shown(denied) : null,
    estimate: {
      inputTokens: estimateInputTokens(call.body.length),
      maxOutputTokens: call.maxOutputTokens,
      /** What would be held at most. */
      upperBoundUsd: formatUsd(upperBound(input, deps)),
    },
    ...(await routing({ ...input, bond }, deps)),
  };
  sendJson(exchange.res, { status: 200, body: JSON.stringify(body), headers: idHeader(exchange) });
}

type Asked = {
  readonly exchange: Exchange;
  readonly caller: Caller;
  readonly call: Call;
  readonly bond: Bond;
};

/** Admins see each channel; others see how many there are in each state. */
async function routing({ exchange, caller, call, bond }: Asked, deps: RelayDeps): Promise<object> {
  const { snapshot, endpoint } = exchange;
  const channels = explain({
    snapshot,
    model: call.model,
    protocol: endpoint.dialect.protocol,
    health: deps.health,
    slots: deps.slots,
    nowMs: deps.nowMs(),
  });
  const bound = await bond.find();
  const reasons: Record<string, number> = {};
  for (const { reason } of channels) reasons[reason] = (reasons[reason] ?? 0) + 1;
  const counts = { channels: channels.length, kept: channels.filter((one) => one.kept).length, reasons };
  if (caller.user.role === 'user') return { counts, bound: bound !== null };
  const names = new Map(snapshot.channels.map((one) => [one.id, one.name]));
  const named = (one: ExplainedChannel) => ({ ...one, channelName: names.get(one.channelId) ?? '' });
  return { counts, bound, channels: channels.map(named) };
}

function denialOf(planned: object): Denial | null {
  return isDenial(planned) ? planned : null;
}

function shown(denial: Denial): object {
  const { denied, retryAfterMs = null } = denial;
  return { code: denied, status: DENIAL_STATUS[denied], message: describeDenial(denial), retryAfterMs };
}

/** A refusal of the question itself, in the shape of the control API. */
export function sendDenial(exchange: Exchange, denial: Denial): void {
  const error = { code: denial.denied, message: describeDenial(denial) };
  // A body that is not going to be read must not keep the socket busy.
  const closing = exchange.req.complete ? [] : ['connection', 'close'];
  sendJson(exchange.res, {
    status: DENIAL_STATUS[denial.denied],
    body: JSON.stringify({ error }),
    headers: [...idHeader(exchange), ...faultHeaders(denial.retryAfterMs ?? null), ...closing],
  });
}

function idHeader({ requestId }: Exchange): string[] {
  return ['x-request-id', requestId];
}
