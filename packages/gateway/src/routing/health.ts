// What outcomes teach about channel keys: pauses that end by themselves and a breaker, in this process's memory.
import { randomUUID } from 'node:crypto';
import type { Begun, BreakerState, BrokenAnswer, ChannelHealth, HealthReport } from '../ports.ts';
import { DEFAULT_PATIENCE, patienceOf, type RelaySettings, type Snapshot } from '../snapshot.ts';
import { backoffMs } from './backoff.ts';
import { Cuts } from './cuts.ts';
import { Unreached } from './unreached.ts';

type KeyState = {
  /** Not to be tried before, unless nothing else is left. */
  untilMs: number;
  /** When that pause was set; 0: never. */
  pausedMs: number;
  /** Consecutive failures. */
  failures: number;
  /** Consecutive refusals that are no failure (429, overload) and named no time. */
  refusals: number;
  open: boolean;
  /** The probe of an open breaker is under way until then at most. */
  probeUntilMs: number;
  /** Which one; null while it is another worker's, or none. */
  probe: string | null;
  lastMs: number;
};

type Moment = { readonly channelKeyId: string; readonly nowMs: number };

/** Everything that is known about a channel key, as plain data. */
export type KeyMemo = {
  readonly key: KeyState | null;
  /** Upstream models that it lacks, with the end of each pause. */
  readonly models: readonly (readonly [string, number])[];
  /** When nothing of it matters any more. */
  readonly endsMs: number;
};

/** A rejected or exhausted credential: long, yet tried again, as admins refill and rotate. */
const CREDENTIAL_PAUSE_MS = 300_000;
const MODEL_PAUSE_MS = 60_000;
/** A single failure doesn't pause a key; failures this long apart are single ones. */
const FORGOTTEN_MS = 60_000;
/** The longest pause of a breaker that opens again and again. */
const LONGEST_OPEN_MS = 600_000;
/** A probe that was not told of this long after the deadline of its request's attempts is lost. */
const PROBE_GRACE_MS = 60_000;
/** Whether another worker's probe is still under way is asked this often at most. */
const ASK_AGAIN_MS = 15_000;
const FAILURES_TO_OPEN = 5;
/** Names of models come from clients: pauses that are over are dropped beyond this many. */
const MOST_MODEL_PAUSES = 10_000;
const ORDINARY: Begun = { probe: null };

export type HealthBounds = RelaySettings['cooldown'] & {
  /** All attempts of a request together; absent: the default. */
  readonly attemptsMs?: number;
};

export function healthBoundsOf(snapshot: Snapshot): HealthBounds {
  return { ...snapshot.settings.cooldown, attemptsMs: patienceOf(snapshot).attemptsMs };
}

/** Bounds come with each call, so that a changed setting holds at once. */
export class MemoryChannelHealth implements ChannelHealth {
  readonly #keys = new Map<string, KeyState>();
  /** By channel key and upstream model. */
  readonly #models = new Map<string, number>();
  /** Successes at the beginning of an answer heal what is above; its end is counted apart. */
  readonly #cuts = new Cuts();
  readonly #unreached = new Unreached();
  readonly #bounds: () => HealthBounds;
  readonly #random: () => number;

  constructor(bounds: () => HealthBounds, random: () => number = Math.random) {
    this.#bounds = bounds;
    this.#random = random;
  }

  coolingUntilMs(channelKeyId: string, upstreamModel: string): number {
    if (this.#keys.size === 0 && this.#models.size === 0 && this.#unreached.size === 0) return 0;
    const key = this.#keys.get(channelKeyId);
    const model = this.#models.get(`${channelKeyId} ${upstreamModel}`) ?? 0;
    const otherMs = Math.max(model, this.#unreached.untilMs(channelKeyId));
    return key ? Math.max(key.untilMs, key.probeUntilMs, otherMs) : otherMs;
  }

  breaker(channelKeyId: string, nowMs: number): BreakerState {
    const key = this.#keys.get(channelKeyId);
    if (!key?.open) return 'closed';
    return key.untilMs > nowMs ? 'open' : 'half_open';
  }

  begin(channelKeyId: string, nowMs: number): Begun | null {
    const key = this.#keys.get(channelKeyId);
    if (!key?.open) return ORDINARY;
    if (key.probeUntilMs > nowMs) return null;
    const begun = { probe: randomUUID() };
    this.ownProbe(channelKeyId, begun, nowMs);
    return begun;
  }

  /** The probe that begins may be another worker's: whichever is told of ends the wait, or the time to ask again. */
  leaveProbe(channelKeyId: string, nowMs: number): void {
    const key = this.#keys.get(channelKeyId);
    if (!key) return;
    key.probe = null;
    key.probeUntilMs = nowMs + ASK_AGAIN_MS;
  }

  /** It is this worker's after all. */
  ownProbe(channelKeyId: string, { probe }: Begun, nowMs: number): void {
    const key = this.#keys.get(channelKeyId);
    if (!key) return;
    key.probe = probe;
    const { attemptsMs = DEFAULT_PATIENCE.attemptsMs } = this.#bounds();
    key.probeUntilMs = nowMs + attemptsMs + PROBE_GRACE_MS;
  }

  /** Whether this worker's probe is the one that the key waits for. */
  probes(channelKeyId: string, probe: string, nowMs: number): boolean {
    const key = this.#keys.get(channelKeyId);
    return key !== undefined && key.probe === probe && key.probeUntilMs > nowMs;
  }

  /** Null when there is nothing to tell. */
  memoOf(channelKeyId: string): KeyMemo | null {
    const key = this.#keys.get(channelKeyId) ?? null;
    const start = `${channelKeyId} `;
    const models = [...this.#models]
      .filter(([name]) => name.startsWith(start))
      .map(([name, untilMs]) => [name.slice(start.length), untilMs] as const);
    if (!key && models.length === 0) return null;
    const keptMs = key?.open ? LONGEST_OPEN_MS : FORGOTTEN_MS;
    const keyEndsMs = key ? Math.max(key.lastMs, key.untilMs) + keptMs : 0;
    return { key, models, endsMs: Math.max(keyEndsMs, ...models.map(([, untilMs]) => untilMs)) };
  }

  /** Takes in what another worker knew, where it is newer than what is known here. */
  takeIn(channelKeyId: string, { key, models }: KeyMemo): void {
    const known = this.#keys.get(channelKeyId);
    if (key && (!known || known.lastMs < key.lastMs)) {
      // Who probes is asked for when it matters: the other's probe may be long over, or its worker dead.
      const { probe = null, probeUntilMs = 0 } = known ?? {};
      this.#keys.set(channelKeyId, { ...key, probe, probeUntilMs });
    }
    for (const [model, untilMs] of models) {
      const name = `${channelKeyId} ${model}`;
      if (untilMs > (this.#models.get(name) ?? 0) && this.#models.size < MOST_MODEL_PAUSES)
        this.#models.set(name, untilMs);
    }
  }

  /** @returns whether that ends a row of broken answers. */
  whole(channelKeyId: string): boolean {
    return this.#cuts.end(channelKeyId);
  }

  /** @returns whether it counts: it is not the same misfortune as the last. */
  brokeOff(cut: BrokenAnswer): boolean {
    const row = this.#cuts.add(cut);
    if (row === 0) return false;
    const over = row - (this.#bounds().failuresToOpen ?? FAILURES_TO_OPEN);
    if (over < 0) return true;
    const key = this.#stateOf(cut);
    key.open = true;
    this.#pause(cut, Math.min(backoffMs(over, this.#random), LONGEST_OPEN_MS));
    return true;
  }

  clear(channelKeyId: string): void {
    this.#keys.delete(channelKeyId);
    this.#cuts.end(channelKeyId);
    this.#unreached.delete(channelKeyId);
    for (const name of this.#models.keys())
      if (name.startsWith(`${channelKeyId} `)) this.#models.delete(name);
  }

  /** @returns whether it changed what is known about the key or its models. */
  report(report: HealthReport): boolean {
    this.#endProbe(report);
    switch (report.lesson) {
      case 'nothing':
        return false;
      case 'unreachable':
        this.#unreached.add(report.channelKeyId, report.nowMs);
        return false;
      case 'success':
        if (this.#unreached.size > 0) this.#unreached.answered(report.channelKeyId, report.nowMs);
        return this.#succeeded(report);
      case 'rate_limited':
      case 'overloaded':
        this.#refused(report);
        return true;
      case 'failure':
        if (this.#unreached.size > 0) this.#unreached.failed(report.channelKeyId, report.nowMs);
        this.#failed(report);
        return true;
      case 'quota_exhausted':
      case 'key_rejected':
        this.#pause(report, CREDENTIAL_PAUSE_MS);
        return true;
      case 'model_missing':
        this.#modelMissing(report);
        return true;
    }
  }

  /** Only the probe itself ends it; with another worker's under way, any that is told of. */
  #endProbe({ channelKeyId, probe }: HealthReport): void {
    const key = probe === null ? undefined : this.#keys.get(channelKeyId);
    if (!key || (key.probe !== null && key.probe !== probe)) return;
    key.probe = null;
    key.probeUntilMs = 0;
  }

  /** Heals what was known when the attempt began; a pause that was set since then stands. */
  #succeeded({ channelKeyId, upstreamModel, beganMs }: HealthReport): boolean {
    const key = this.#keys.get(channelKeyId);
    const heals = key !== undefined && key.pausedMs <= beganMs && this.#keys.delete(channelKeyId);
    const name = `${channelKeyId} ${upstreamModel}`;
    const pausedMs = (this.#models.get(name) ?? Number.POSITIVE_INFINITY) - MODEL_PAUSE_MS;
    const finds = pausedMs <= beganMs && this.#models.delete(name);
    return heals || finds;
  }

  /** Asked to stay away: as long as asked, else 5 s, 10 s, 20 s … */
  #refused(report: HealthReport): void {
    if (report.retryAfterMs !== null) {
      this.#pause(report, this.#clamp(report.retryAfterMs));
      return;
    }
    const key = this.#stateOf(report);
    // What was sent before the pause began adds nothing to it.
    if (report.nowMs < key.untilMs) return;
    const pauseMs = this.#clamp(backoffMs(key.refusals, this.#random));
    key.refusals++;
    this.#pause(report, pauseMs);
  }

  /** The first failure is only remembered; later ones pause for 5 s, 10 s, 20 s …; enough of them open the breaker. */
  #failed(report: HealthReport): void {
    const key = this.#stateOf(report);
    // A burst that was sent before the pause began is one failure.
    if (report.nowMs < key.untilMs) return;
    const toOpen = this.#bounds().failuresToOpen ?? FAILURES_TO_OPEN;
    key.failures++;
    key.open ||= key.failures >= toOpen;
    // One failure says little: only what the upstream itself asked for is waited.
    key.lastMs = report.nowMs;
    if (report.retryAfterMs !== null) this.#pause(report, this.#clamp(report.retryAfterMs));
    else if (key.failures > toOpen) this.#pause(report, this.#penalty(key));
    else if (key.failures > 1 || key.open) this.#pause(report, this.#clamp(this.#penalty(key)));
  }

  #penalty({ failures }: KeyState): number {
    return Math.min(backoffMs(failures - 2, this.#random), LONGEST_OPEN_MS);
  }

  #pause(report: Moment, ms: number): void {
    const key = this.#stateOf(report);
    key.untilMs = Math.max(key.untilMs, report.nowMs + ms);
    key.pausedMs = Math.max(key.pausedMs, report.nowMs);
    key.lastMs = Math.max(key.lastMs, report.nowMs);
  }

  #modelMissing({ channelKeyId, upstreamModel, nowMs }: HealthReport): void {
    if (this.#models.size >= MOST_MODEL_PAUSES) {
      for (const [name, untilMs] of this.#models) if (untilMs <= nowMs) this.#models.delete(name);
    }
    if (this.#models.size < MOST_MODEL_PAUSES)
      this.#models.set(`${channelKeyId} ${upstreamModel}`, nowMs + MODEL_PAUSE_MS);
  }

  /** The key's state, with what is long ago forgotten; an open breaker stays open. */
  #stateOf({ channelKeyId, nowMs }: Moment): KeyState {
    const known = this.#keys.get(channelKeyId);
    if (known && nowMs - Math.max(known.lastMs, known.untilMs) < FORGOTTEN_MS) return known;
    const open = known?.open ?? false;
    const failures = open ? (this.#bounds().failuresToOpen ?? FAILURES_TO_OPEN) - 1 : 0;
    const { probe = null, probeUntilMs = 0, pausedMs = 0 } = known ?? {};
    const fresh = { untilMs: 0, pausedMs, failures, refusals: 0, open, probe, probeUntilMs, lastMs: nowMs };
    this.#keys.set(channelKeyId, fresh);
    return fresh;
  }

  #clamp(ms: number): number {
    const { minMs, maxMs } = this.#bounds();
    return Math.min(Math.max(ms, minMs), maxMs);
  }
}
