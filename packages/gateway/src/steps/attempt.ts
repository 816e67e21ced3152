// Step: try candidates until one begins to answer; until then every failure may be followed by another attempt.
import type { Call } from '../call.ts';
import type { Denial } from '../denial.ts';
import type { Exchange } from '../exchange.ts';
import type { Begun, Caller, Maybe } from '../ports.ts';
import type { Candidate, Route } from '../routing/route.ts';
import type { Verdict } from '../routing/verdicts.ts';
import type { WaitingRoom } from '../routing/waiting-room.ts';
import { patienceOf } from '../snapshot.ts';
import type { Held, Trace } from '../trace.ts';
import { BodyMaker } from './body-maker.ts';
import type { Bond } from './bond.ts';
import { type LessonDeps, Lessons } from './lessons.ts';
import { pause } from './pause.ts';
import { issuerOf, type ThinkingDeps, withoutForeign } from './refused-thinking.ts';
import { type Committed, type Failed, type TryDeps, tryOnce } from './try-once.ts';

export type AttemptDeps = TryDeps &
  LessonDeps &
  ThinkingDeps & {
    readonly slotQueue: WaitingRoom;
    readonly random: () => number;
  };

export type AttemptInput = {
  readonly exchange: Exchange;
  readonly caller: Caller;
  readonly call: Call;
  readonly route: Route;
  readonly trace: Trace;
  readonly held: Held;
  readonly bond: Bond;
};

/** @returns the answering upstream, the last failure, 429 / 503 when no channel was free, or null when the client left. */
export async function attempt(
  input: AttemptInput,
  deps: AttemptDeps,
): Promise<Committed | Failed | Denial | null> {
  const lessons = new Lessons(deps);
  const { exchange, caller, call, route, trace, held, bond } = input;
  const result = await tryInTurn({ exchange, caller, call, route, trace, held, bond, lessons }, deps);
  lessons.conclude();
  return result;
}

type Turn = AttemptInput & { readonly lessons: Lessons };

async function tryInTurn(turn: Turn, deps: AttemptDeps): Promise<Committed | Failed | Denial | null> {
  const { exchange, route, held, bond, lessons } = turn;
  const bodies = new BodyMaker(exchange, turn.call);
  const { maxAttempts } = exchange.snapshot.settings;
  let last: Failed | null = null;
  const first = free(turn, null, deps);
  let candidate = first instanceof Promise ? await first : first;
  const dueMonoMs = deps.monotonicMs() + patienceOf(exchange.snapshot).attemptsMs;
  for (let tries = 1; candidate; tries++) {
    if (tries > 1 && deps.monotonicMs() >= dueMonoMs) {
      // Found too late, after waiting for a place: it is not to blame for having no time left.
      held.releaseSlot();
      lessons.abandon(candidate, deps.nowMs());
      break;
    }
    bond.trying(candidate, route);
    const body = bodies.bodyFor(candidate.option.upstreamModel);
    const result = await tryKey(turn, { candidate, body, dueMonoMs }, deps);
    if (result?.kind === 'committed') {
      bond.answered(candidate, route, result.answer);
      return result;
    }
    held.releaseSlot();
    if (result === null) return null;
    last = result;
    if (!result.verdict.next || tries >= maxAttempts || deps.monotonicMs() >= dueMonoMs) break;
    candidate = await successor(turn, { candidate, verdict: result.verdict }, deps);
  }
  if (exchange.clientGone) return null;
  return last ?? noneFree(turn, deps.nowMs());
}

/** `wanted`, else the bound candidate, else the next by draw, as soon as one's channel has a free slot; the slot is then held. */
function free(turn: Turn, wanted: Candidate | null, deps: AttemptDeps): Maybe<Candidate | null> {
  const { route, bond } = turn;
  const preferred = wanted ?? bond.preferred(route, deps.nowMs);
  const take = (first: Candidate | null) => takeFree(turn, first ?? route.next(deps.nowMs()), deps);
  const taken = following(preferred, take);
  return following(taken, (found) => (found === null && route.sawBusy ? waitForSlot(turn, deps) : found));
}

/** The first of `wanted` and those after it that may be tried now. */
function takeFree(turn: Turn, wanted: Candidate | null, deps: AttemptDeps): Maybe<Candidate | null> {
  const { route } = turn;
  for (let next = wanted; next; next = route.next(deps.nowMs())) {
    const taken = take(turn, next, deps);
    if (taken instanceof Promise)
      return taken.then((found) => found ?? takeFree(turn, route.next(deps.nowMs()), deps));
    if (taken) return taken;
  }
  return null;
}

/** The candidate, when its channel has a free slot, which is then held, and nobody else probes its key. */
function take(turn: Turn, wanted: Candidate, deps: AttemptDeps): Maybe<Candidate | null> {
  const { channel } = wanted.option;
  const slot = turn.held.takeSlot(channel.id, channel.maxConcurrency);
  if (slot instanceof Promise) {
    return slot.then((taken) => (taken ? begin(turn, wanted, deps) : leaveBusy(turn, wanted)));
  }
  return slot ? begin(turn, wanted, deps) : leaveBusy(turn, wanted);
}

function begin(turn: Turn, wanted: Candidate, deps: AttemptDeps): Maybe<Candidate | null> {
  const begun = deps.health.begin(wanted.key.id, deps.nowMs());
  if (begun instanceof Promise) {
    return begun.then((known) => (known ? asBegun(wanted, known) : leaveProbed(turn, wanted)));
  }
  return begun ? asBegun(wanted, begun) : leaveProbed(turn, wanted);
}

function asBegun(wanted: Candidate, { probe }: Begun): Candidate {
  return probe === null ? wanted : { ...wanted, probe };
}

function leaveProbed(turn: Turn, wanted: Candidate): null {
  turn.held.releaseSlot();
  turn.route.leave(wanted);
  return null;
}

function leaveBusy(turn: Turn, wanted: Candidate): null {
  turn.route.markBusy(wanted);
  return null;
}

/** What is there at once costs no turn. */
function following<T, U>(value: Maybe<T>, next: (value: T) => Maybe<U>): Maybe<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

async function waitForSlot(turn: Turn, deps: AttemptDeps): Promise<Candidate | null> {
  const { exchange, route, held, bond } = turn;
  const patience = patienceOf(exchange.snapshot);
  const began = deps.monotonicMs();
  const candidate = await deps.slotQueue.wait({
    names: route.busy,
    exchange,
    forMs: patience.channelQueueMs,
    most: patience.channelQueueLength,
    attempt: () => {
      route.forgetBusy();
      const nowMs = deps.nowMs();
      return takeFree(turn, bond.known(route, nowMs) ?? route.next(nowMs), deps);
    },
    giveBack: (taken) => {
      held.releaseSlot();
      turn.lessons.abandon(taken, deps.nowMs());
    },
  });
  exchange.waitedMs += deps.monotonicMs() - began;
  return candidate;
}

type KeyTurn = { readonly candidate: Candidate; readonly body: Buffer; readonly dueMonoMs: number };

/** One key, as often as the failure table and the deadline allow. */
async function tryKey(
  turn: Turn,
  { candidate, body: first, dueMonoMs }: KeyTurn,
  deps: AttemptDeps,
): Promise<Committed | Failed | null> {
  const { exchange, trace, lessons } = turn;
  let body = first;
  let refusal: Failed | null = null;
  for (let again = 1; ; again++) {
    const result = await tryOnce({ exchange, trace, lessons, candidate, body, dueMonoMs }, deps);
    if (result?.kind !== 'failed') return result;
    // What is wrong with a request that the relay has changed is not for the client, who wrote another.
    if (refusal !== null && result.verdict.next !== true) return refusal;
    if (again > result.verdict.retrySame) return result;
    const next = await readyAgain(turn, { candidate, body, failed: result, again }, deps);
    if (next === null || deps.monotonicMs() >= dueMonoMs) return result;
    if (result.verdict.reason === 'thinking_signature') refusal = result;
    body = next;
  }
}

type Retry = Pick<KeyTurn, 'candidate' | 'body'> & { readonly failed: Failed; readonly again: number };

/** What the same key is to be sent next, after a pause where it helps; null when another try is useless. */
async function readyAgain(
  { exchange, caller }: Turn,
  { candidate, body, failed, again }: Retry,
  deps: AttemptDeps,
): Promise<Buffer | null> {
  const { overloadPauseMs, repairsThinking } = patienceOf(exchange.snapshot);
  switch (failed.verdict.reason) {
    case 'thinking_signature':
      if (!repairsThinking) return null;
      return withoutForeign(body, { channelKeyId: candidate.key.id, userId: caller.user.id }, deps);
    case 'overloaded': {
      const pauseMs = overloadPauseMs * again * (0.5 + deps.random());
      // What the upstream asks for is longer than a retry may wait.
      if (failed.retryAfterMs !== null && failed.retryAfterMs > pauseMs) return null;
      await pause(exchange, pauseMs);
      return body;
    }
    default:
      return body;
  }
}

type Fallen = { readonly candidate: Candidate; readonly verdict: Verdict };

/** Who is asked after a failure, with a slot; null: nobody. */
function successor(turn: Turn, fallen: Fallen, deps: AttemptDeps): Maybe<Candidate | null> {
  if (fallen.verdict.next === 'issuer') return issuer(turn, deps);
  return free(turn, follow(turn.route, fallen, deps.nowMs()), deps);
}

/** Who made the last thinking of the request, when that is known, and one of the route that may be tried now. */
async function issuer(turn: Turn, deps: AttemptDeps): Promise<Candidate | null> {
  const { call, caller, route } = turn;
  const maker = await issuerOf(call.body, caller.user.id, deps);
  const candidate = maker && route.bound(maker, deps.nowMs(), 'issuer');
  return candidate && take(turn, candidate, deps);
}

/** Another key of the same channel, for failures that concern the key alone. */
function follow(route: Route, { candidate, verdict }: Fallen, nowMs: number): Candidate | null {
  const { option } = candidate;
  const sibling = verdict.keyOnly ? route.sibling(option, nowMs) : null;
  if (sibling === null) route.markFailed(option.channel.id);
  return sibling;
}

function noneFree({ route, call }: AttemptInput, nowMs: number): Denial {
  if (route.sawBusy) return { denied: 'channels_limited', retryAfterMs: 1_000 };
  const retryAfterMs = Math.max(1_000, route.soonestDueMs(nowMs) - nowMs);
  return { denied: 'no_channel', retryAfterMs, facts: { model: call.model } };
}
