// The journey of a request: the table of contents of the product.
import { messageOf } from '@api-proxy/kit/error';
import type { Logger } from '@api-proxy/kit/logger';
import type { Roster } from '@api-proxy/kit/roster';
import { totalTokens } from '@api-proxy/protocols/usage';
import { type Denial, isDenial } from './denial.ts';
import { type Ending, refuse, stopped } from './ending.ts';
import type { Exchange } from './exchange.ts';
import type { ExchangeRecord } from './exchange-record.ts';
import type { LiveEvents, Pass, Purse, Settlements } from './ports.ts';
import { recalled } from './recalled.ts';
import { type AdmitDeps, admit } from './steps/admit.ts';
import { type AttemptDeps, attempt } from './steps/attempt.ts';
import type { AuthenticateDeps } from './steps/authenticate.ts';
import { Bond, type BondDeps } from './steps/bond.ts';
import { breathAfter } from './steps/breath.ts';
import type { DrainCount } from './steps/drain.ts';
import { type ForeseeDeps, foresee } from './steps/foresee.ts';
import { giveUp } from './steps/give-up.ts';
import { handOver } from './steps/hand-over.ts';
import { hold } from './steps/hold.ts';
import { identify } from './steps/identify.ts';
import { keepAliveFor } from './steps/keep-alive.ts';
import { type PlanDeps, plan } from './steps/plan.ts';
import { read } from './steps/read.ts';
import { record, recordStart } from './steps/record.ts';
import { settle } from './steps/settle.ts';
import { Held, type HeldDeps, type Leg, Trace } from './trace.ts';

export type RelayDeps = AuthenticateDeps &
  AdmitDeps &
  PlanDeps &
  AttemptDeps &
  ForeseeDeps &
  BondDeps &
  HeldDeps & {
    readonly purse: Purse;
    readonly draining: DrainCount;
    /** Those under way, for the moment when the relay must stop. */
    readonly running: Roster<Exchange>;
    readonly settlements: Settlements;
    readonly live?: LiveEvents;
    readonly logger: Logger;
  };

/** Relays one request, from its head to its row. Never rejects. */
export async function relay(exchange: Exchange, deps: RelayDeps): Promise<void> {
  const found = identify(exchange, deps);
  const caller = found instanceof Promise ? await found : found;
  // Without a caller there is nobody to book on: a 401 leaves no row.
  if (isDenial(caller)) return refuse(exchange, caller).finish();

  const trace = new Trace();
  const held = new Held(caller.user.id, deps);
  deps.running.add(exchange);
  let spentTokens = 0;
  try {
    const ending = await journey({ exchange, caller, trace, held }, deps);
    const durationMs = deps.monotonicMs() - exchange.startedMonoMs;
    const row = settle({ exchange, caller, trace, ending, durationMs }, deps.settlements);
    spentTokens = totalTokens(row.usage);
    deps.settlements.whenWritten(() => conclude({ exchange, ending, row }, deps));
  } catch (thrown) {
    deps.logger.error({ requestId: exchange.requestId, error: thrown }, 'a request could not be booked');
    exchange.res.destroy();
  } finally {
    deps.running.delete(exchange);
    exchange.drain?.end();
    // Who was refused, or left, before anything was sent has used up nothing.
    held.release(trace.candidate === null ? null : spentTokens);
  }
}

type Settled = { readonly exchange: Exchange; readonly ending: Ending; readonly row: ExchangeRecord };

/** The last bytes, once the row is written down; then whoever watches is told. */
function conclude({ exchange, ending, row }: Settled, deps: RelayDeps): void {
  try {
    ending.finish();
    record(row, deps.live);
  } catch (thrown) {
    deps.logger.error({ requestId: exchange.requestId, error: thrown }, 'an answer could not be finished');
    exchange.res.destroy();
  }
}

/** The steps, one after the other; each gives a value or a denial. */
async function journey(leg: Leg, deps: RelayDeps): Promise<Ending> {
  const { exchange } = leg;
  try {
    return await steps(leg, deps);
  } catch (thrown) {
    deps.logger.error(
      { requestId: exchange.requestId, error: thrown },
      `a step failed: ${messageOf(thrown)}`,
    );
    return refuse(exchange, { denied: 'internal' });
  }
}

async function steps(leg: Leg, deps: RelayDeps): Promise<Ending> {
  const { exchange, caller, trace, held } = leg;
  const call = await read(exchange, deps.monotonicMs);
  if (call === null) return stopped(exchange);
  if (isDenial(call)) return refuse(exchange, call);
  trace.call = call;

  // What is there at once is not awaited: that would cost the hot path a turn for each step.
  const admitted = admit({ exchange, caller, call }, deps);
  const bond = new Bond({ exchange, caller, call }, deps);
  // Asked in the same turn, shared state answers all of it by one round trip.
  if (admitted instanceof Promise || isPass(admitted)) foresee({ exchange, call, bond }, deps);
  const pass = admitted instanceof Promise ? await admitted : admitted;
  if (pass === null) return stopped(exchange);
  if (isDenial(pass)) return refuse(exchange, pass);
  held.pass = pass;
  exchange.accountHeaders = pass.headers ?? exchange.accountHeaders;
  if (exchange.endpoint.operation === 'stored_response') return recalled({ ...leg, call }, deps);

  const route = plan({ exchange, caller, call, trace, bond }, deps);
  if (isDenial(route)) return refuse(exchange, route);

  const reserved = hold({ exchange, caller, call }, deps);
  const money = reserved instanceof Promise ? await reserved : reserved;
  if (money !== null && isDenial(money)) return refuse(exchange, money);
  held.hold = money;
  if (money?.headers) exchange.accountHeaders = [...exchange.accountHeaders, ...money.headers];
  recordStart({ exchange, caller, call }, deps.live);

  const breath = breathAfter(call.body);
  if (breath !== null) await breath;
  held.keepAlive = keepAliveFor(exchange, call, deps);
  const committed = await attempt({ exchange, caller, call, route, trace, held, bond }, deps);
  if (committed === null) return stopped(exchange);
  if (isDenial(committed)) return refuse(exchange, committed);
  if (committed.kind === 'failed') {
    const nowMs = deps.nowMs();
    return giveUp(exchange, trace, { failed: committed, dueMs: route.soonestDueMs(nowMs) - nowMs });
  }

  const drains = trace.candidate?.option.channel.onClientGone === 'drain';
  const ending = await handOver(leg, { call, committed, drains }, deps);
  tellEnd(leg, ending, deps);
  return ending;
}

/** What the end of an answer says about its channel key; its beginning is told by the attempt. */
function tellEnd({ trace }: Leg, { outcome }: Ending, { health, nowMs }: RelayDeps): void {
  const key = trace.candidate?.key;
  if (key === undefined) return;
  if (outcome === 'ok') health.whole(key.id);
  if (outcome !== 'upstream_truncated') return;
  const beganMs = trace.attempts.at(-1)?.startedAtMs ?? 0;
  health.brokeOff({ channelKeyId: key.id, beganMs, nowMs: nowMs() });
}

function isPass(admitted: Pass | Denial | null): admitted is Pass {
  return admitted !== null && !isDenial(admitted);
}
