// What the attempts of one request teach about channel keys, told to the health of channels.
import type { Operation } from '@api-proxy/protocols/protocol';
import type { ChannelHealth, HealthReport, KeyComplaints } from '../ports.ts';
import type { Signal } from '../routing/classify.ts';
import { complaintOf } from '../routing/complaint.ts';
import type { Candidate } from '../routing/route.ts';
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

/**
 * Passes lessons on at once, but for upstreams that could not be reached: when that goes for every channel, the fault
 * is the relay's own network, and no channel is to blame.
 */
export class Lessons {
  readonly #health: ChannelHealth;
  readonly #complaints: KeyComplaints | undefined;
  /** By channel key, so that a second try in the same request is not a second failure. */
  #unreachable: Map<string, HealthReport> | null = null;

  constructor(health: ChannelHealth, complaints?: KeyComplaints) {
    this.#health = health;
    this.#complaints = complaints;
  }

  learn(learnt: Learnt): void {
    const { candidate, verdict, signal } = learnt;
    // Counting is another service with limits of its own, which some upstreams lack: it says nothing about generation.
    if (learnt.operation === 'count_tokens') {
      this.abandon(candidate, learnt.nowMs);
      return;
    }
    const report = reportOf(candidate, learnt);
    if (verdict?.reason === 'connect' || verdict?.reason === 'reset') {
      this.#unreachable ??= new Map();
      this.#unreachable.set(report.channelKeyId, report);
      return;
    }
    this.#unreachable?.delete(report.channelKeyId);
    this.#health.report(report);
    if (!verdict || !signal) this.#complaints?.answered(report.channelKeyId);
    else this.#complain(candidate, signal, verdict);
  }

  #complain({ option, key }: Candidate, signal: Signal, verdict: Verdict): void {
    const kind = this.#complaints ? complaintOf(signal, verdict) : null;
    if (kind === null) return;
    this.#complaints?.complain({
      ...{ channelId: option.channel.id, channelKeyId: key.id, secret: key.secret, kind },
      status: signal.kind === 'status' ? signal.status : null,
    });
  }

  /** The attempt told nothing, e.g. because its client left: nothing is learnt, and a probe is over. */
  abandon(candidate: Candidate, nowMs: number): void {
    const told = { retryAfterMs: null, beganMs: nowMs, nowMs };
    this.#health.report({ ...reportOf(candidate, { ...told, verdict: null }), lesson: 'nothing' });
  }

  /** No attempt follows. @param channels how many channels could have served the request. */
  conclude(channels: number): void {
    if (this.#unreachable === null) return;
    const reports = [...this.#unreachable.values()];
    this.#unreachable = null;
    const all = new Set(reports.map((report) => report.channelId)).size >= channels;
    for (const report of reports) this.#health.report(all ? { ...report, lesson: 'nothing' } : report);
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
