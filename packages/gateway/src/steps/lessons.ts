// What the attempts of one request teach about channel keys, told to the health of channels.
import type { Operation } from '@api-proxy/protocols/protocol';
import type { ChannelHealth, HealthReport, KeyComplaints } from '../ports.ts';
import type { Signal } from '../routing/classify.ts';
import { complaintOf } from '../routing/complaint.ts';
import type { Network } from '../routing/network.ts';
import type { Candidate } from '../routing/route.ts';
import { targetOf } from '../routing/target.ts';
import type { Verdict } from '../routing/verdicts.ts';

export type Learnt = {
  readonly operation: Operation;
  readonly candidate: Candidate;
  /** Null for an answer. */
  readonly verdict: Verdict | null;
  readonly signal: Signal | null;
  readonly retryAfterMs: number | null;
  readonly beganMs: number;
  readonly nowMs: number;
};

export type LessonDeps = {
  readonly health: ChannelHealth;
  readonly network: Network;
  readonly keyComplaints?: KeyComplaints;
};

/** An attempt whose upstream could not be reached, with the answer of {@link Network.missed}. */
type Miss = { readonly report: HealthReport; readonly missed: number };

/**
 * Passes lessons on at once, but for upstreams that could not be reached: while that goes for several and none is heard
 * of, the fault may be the relay's own network, and no channel is to blame.
 */
export class Lessons {
  readonly #deps: LessonDeps;
  /** By channel key, so that a second try in the same request is not a second failure. */
  #unreachable: Map<string, Miss> | null = null;

  constructor(deps: LessonDeps) {
    this.#deps = deps;
  }

  learn(learnt: Learnt): void {
    const { candidate, verdict, signal } = learnt;
    const { health, network, keyComplaints } = this.#deps;
    if (isSign(signal)) network.heard();
    // Counting is another service with limits of its own, which some upstreams lack: it says nothing about generation.
    if (learnt.operation === 'count_tokens') {
      this.abandon(candidate, learnt.nowMs);
      return;
    }
    const report = reportOf(candidate, learnt);
    if (verdict?.reason === 'connect' || verdict?.reason === 'reset') {
      this.#unreachable ??= new Map();
      const missed = network.missed(targetOf(candidate.option.channel).origin);
      this.#unreachable.set(report.channelKeyId, { report, missed });
      return;
    }
    this.#unreachable?.delete(report.channelKeyId);
    health.report(report);
    if (!verdict || !signal) keyComplaints?.answered(report.channelKeyId);
    else this.#complain(candidate, signal, verdict);
  }

  #complain({ option, key }: Candidate, signal: Signal, verdict: Verdict): void {
    const { keyComplaints } = this.#deps;
    const kind = keyComplaints ? complaintOf(signal, verdict) : null;
    if (kind === null) return;
    keyComplaints?.complain({
      ...{ channelId: option.channel.id, channelKeyId: key.id, secret: key.secret, kind },
      status: signal.kind === 'status' ? signal.status : null,
    });
  }

  /** The attempt told nothing, e.g. because its client left: nothing is learnt, and a probe is over. */
  abandon(candidate: Candidate, nowMs: number): void {
    const told = { retryAfterMs: null, beganMs: nowMs, nowMs };
    this.#deps.health.report({ ...reportOf(candidate, { ...told, verdict: null }), lesson: 'nothing' });
  }

  /** No attempt follows: what was heard of meanwhile decides about those that could not be reached. */
  conclude(): void {
    if (this.#unreachable === null) return;
    const { health, network } = this.#deps;
    for (const { report, missed } of this.#unreachable.values())
      health.report(network.blames(missed) ? report : { ...report, lesson: 'unreachable' });
    this.#unreachable = null;
  }
}

/** Whether the upstream was heard of, for better or worse. */
function isSign(signal: Signal | null): boolean {
  switch (signal?.kind) {
    case 'connect':
    case 'pool_full':
    case 'reset':
    case 'first_byte_timeout':
      return false;
    default:
      return true;
  }
}

type Told = Pick<Learnt, 'verdict' | 'retryAfterMs' | 'beganMs' | 'nowMs'>;

function reportOf({ option, key, probe = null }: Candidate, told: Told): HealthReport {
  return {
    channelId: option.channel.id,
    channelKeyId: key.id,
    upstreamModel: option.upstreamModel,
    probe,
    lesson: told.verdict ? told.verdict.lesson : 'success',
    retryAfterMs: told.retryAfterMs,
    beganMs: told.beganMs,
    nowMs: told.nowMs,
  };
}
