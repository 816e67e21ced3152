// Step: try candidates until one begins to answer; until then every failure may be followed by another attempt.
import type { Call } from '../call.ts';
import type { Denial } from '../denial.ts';
import type { Exchange } from '../exchange.ts';
import type { Verdict } from '../routing/classify.ts';
import type { Candidate, Route } from '../routing/route.ts';
import type { Held, Trace } from '../trace.ts';
import { BodyMaker } from './body-maker.ts';
import { Lessons } from './lessons.ts';
import { type Committed, type Failed, type TryDeps, tryOnce } from './try-once.ts';

export type AttemptDeps = TryDeps;

export type AttemptInput = {
  readonly exchange: Exchange;
  readonly call: Call;
  readonly route: Route;
  readonly trace: Trace;
  readonly held: Held;
};

/** @returns the answering upstream, the last failure, 429 / 503 when no channel was free, or null when the client left. */
export async function attempt(
  input: AttemptInput,
  deps: AttemptDeps,
): Promise<Committed | Failed | Denial | null> {
  const lessons = new Lessons(deps.health);
  const result = await tryInTurn({ ...input, lessons }, deps);
  lessons.conclude(input.route.channels);
  return result;
}

type Turn = AttemptInput & { readonly lessons: Lessons };

async function tryInTurn(turn: Turn, deps: AttemptDeps): Promise<Committed | Failed | Denial | null> {
  const { exchange, route, held } = turn;
  const bodies = new BodyMaker(exchange, turn.call);
  const { maxAttempts } = exchange.snapshot.settings;
  let last: Failed | null = null;
  let candidate = free(turn, route.next(deps.nowMs()), deps);
  for (let tries = 0; candidate && tries < maxAttempts; tries++) {
    const body = bodies.bodyFor(candidate.option.upstreamModel);
    const result = await tryKey({ ...turn, candidate, body }, deps);
    if (result?.kind === 'committed') return result;
    held.releaseSlot();
    if (result === null) return null;
    last = result;
    if (!result.verdict.next) break;
    const following = follow(route, result.verdict, { candidate, nowMs: deps.nowMs() });
    candidate = tries + 1 < maxAttempts ? free(turn, following, deps) : null;
  }
  return last ?? noneFree(turn, deps.nowMs());
}

/** The first candidate from `candidate` on whose channel has a free slot; the slot is then held. */
function free({ route, held }: Turn, candidate: Candidate | null, deps: AttemptDeps): Candidate | null {
  for (let next = candidate; next; next = route.next(deps.nowMs())) {
    const { channel } = next.option;
    if (held.takeSlot(channel.id, channel.maxConcurrency)) return next;
    route.markBusy(channel.id);
  }
  return null;
}

/** One key, as often as the failure table allows. */
async function tryKey(
  input: Turn & { candidate: Candidate; body: Buffer },
  deps: AttemptDeps,
): Promise<Committed | Failed | null> {
  for (let again = 0; ; again++) {
    const result = await tryOnce(input, deps);
    if (result?.kind !== 'failed' || again >= result.verdict.retrySame) return result;
  }
}

function follow(
  route: Route,
  verdict: Verdict,
  from: { candidate: Candidate; nowMs: number },
): Candidate | null {
  const { option } = from.candidate;
  const sibling = verdict.keyOnly ? route.sibling(option, from.nowMs) : null;
  if (sibling) return sibling;
  route.markFailed(option.channel.id);
  return route.next(from.nowMs);
}

function noneFree({ route, call }: AttemptInput, nowMs: number): Denial {
  if (route.sawBusy) return { denied: 'channels_limited', retryAfterMs: 1_000 };
  const retryAfterMs = Math.max(1_000, route.soonestDueMs() - nowMs);
  return { denied: 'no_channel', retryAfterMs, facts: { model: call.model } };
}
