// What outcomes teach about channel keys: pauses that end by themselves, in this process's memory.
import type { ChannelHealth, HealthReport } from '../ports.ts';
import type { RelaySettings } from '../snapshot.ts';

type State = { untilMs: number; strikes: number; lastMs: number };

const FIRST_PAUSE_MS = 5_000;
const RATE_LIMIT_PAUSE_MS = 10_000;
const OVERLOAD_PAUSE_MS = 2_000;
/** A rejected or exhausted credential: long, yet tried again, as admins refill and rotate. */
const CREDENTIAL_PAUSE_MS = 300_000;
const MODEL_PAUSE_MS = 60_000;
/** A single failure doesn't pause a key; failures this long apart are single ones. */
const STRIKES_FORGOTTEN_MS = 60_000;

/** Bounds come with each call, so that a changed setting holds at once. */
export class MemoryChannelHealth implements ChannelHealth {
  readonly #states = new Map<string, State>();
  readonly #bounds: () => RelaySettings['cooldown'];

  constructor(bounds: () => RelaySettings['cooldown']) {
    this.#bounds = bounds;
  }

  coolingUntilMs(channelKeyId: string, upstreamModel: string): number {
    if (this.#states.size === 0) return 0;
    const key = this.#states.get(channelKeyId)?.untilMs ?? 0;
    const model = this.#states.get(`${channelKeyId} ${upstreamModel}`)?.untilMs ?? 0;
    return Math.max(key, model);
  }

  report(report: HealthReport): void {
    switch (report.lesson) {
      case 'nothing':
        return;
      case 'success':
        if (this.#states.size === 0) return;
        this.#states.delete(report.channelKeyId);
        this.#states.delete(`${report.channelKeyId} ${report.upstreamModel}`);
        return;
      case 'rate_limited':
        this.#pause(report, this.#clamp(report.retryAfterMs ?? RATE_LIMIT_PAUSE_MS));
        return;
      case 'overloaded':
        this.#pause(report, this.#clamp(report.retryAfterMs ?? OVERLOAD_PAUSE_MS));
        return;
      case 'failure':
        this.#strike(report);
        return;
      case 'quota_exhausted':
      case 'key_rejected':
        this.#pause(report, CREDENTIAL_PAUSE_MS);
        return;
      case 'model_missing':
        this.#states.set(`${report.channelKeyId} ${report.upstreamModel}`, {
          untilMs: report.nowMs + MODEL_PAUSE_MS,
          strikes: 1,
          lastMs: report.nowMs,
        });
        return;
    }
  }

  #clamp(ms: number): number {
    const { minMs, maxMs } = this.#bounds();
    return Math.min(Math.max(ms, minMs), maxMs);
  }

  #pause(report: HealthReport, ms: number): void {
    const strikes = this.#states.get(report.channelKeyId)?.strikes ?? 0;
    this.#states.set(report.channelKeyId, { untilMs: report.nowMs + ms, strikes, lastMs: report.nowMs });
  }

  /** The first failure is only remembered; the second and later ones pause for 5 s, 10 s, 20 s … */
  #strike(report: HealthReport): void {
    const known = this.#states.get(report.channelKeyId);
    const recent =
      known !== undefined && report.nowMs - Math.max(known.lastMs, known.untilMs) < STRIKES_FORGOTTEN_MS;
    const strikes = (recent ? known.strikes : 0) + 1;
    const pauseMs = strikes === 1 ? 0 : this.#clamp(FIRST_PAUSE_MS * 2 ** Math.min(strikes - 2, 10));
    this.#states.set(report.channelKeyId, { untilMs: report.nowMs + pauseMs, strikes, lastMs: report.nowMs });
  }
}
