// Callers by the hash of their credential: bounded, one load per credential at a time, forgotten when the bus says so.
import type { Caller, CallerSource, Maybe } from '@api-proxy/gateway/ports';
import type { Clock } from '@api-proxy/kit/clock';
import { MINUTE_MS, SECOND_MS } from '@api-proxy/kit/duration';
import { Recent } from '@api-proxy/kit/recent';

const DEFAULTS = {
  /** A lost bus message is healed after this time at the latest. */
  knownForMs: MINUTE_MS,
  /** One that is in use is read again behind a request after this time: none waits for it every minute. */
  renewAfterMs: 30 * SECOND_MS,
  unknownForMs: 5 * SECOND_MS,
  capacity: 20_000,
  /** How long after its last reading a caller is still believed while the database can't be asked. */
  believedForMs: 15 * MINUTE_MS,
  /** Longest that a known caller waits for the database. */
  patienceMs: SECOND_MS,
  /** After the database could not be asked about a known caller, it isn't for this long. */
  askAgainMs: 5 * SECOND_MS,
};

export type CallerCacheOptions = {
  /** Reads one caller from the database; null: nobody has this credential. */
  load: (credentialHash: string) => Promise<Caller | null>;
  clock: Clock;
  knownForMs?: number;
  renewAfterMs?: number;
  unknownForMs?: number;
  /** Callers kept at most, and as many unknown credentials apart from them. */
  capacity?: number;
  believedForMs?: number;
  patienceMs?: number;
  askAgainMs?: number;
};

type Known = {
  readonly caller: Caller;
  untilMs: number;
  renewMs: number;
  readonly readMs: number;
};

export class CallerCache implements CallerSource {
  readonly #options: Required<CallerCacheOptions>;
  readonly #known: Recent<Known>;
  // Kept apart: guesses must not push out the callers that exist.
  readonly #unknown: Recent<number>;
  readonly #loading = new Map<string, Promise<Caller | null>>();
  #generation = 0;

  constructor(options: CallerCacheOptions) {
    this.#options = { ...DEFAULTS, ...options };
    this.#known = new Recent(this.#options.capacity);
    this.#unknown = new Recent(this.#options.capacity);
  }

  find(credentialHash: string): Maybe<Caller | null> {
    const nowMs = this.#options.clock.nowMs();
    const known = this.#known.get(credentialHash);
    if (known && known.untilMs > nowMs) {
      if (nowMs >= known.renewMs) this.#renew(credentialHash, known);
      return known.caller;
    }
    const unknownUntilMs = this.#unknown.get(credentialHash);
    if (unknownUntilMs !== undefined && unknownUntilMs > nowMs) return null;
    const loading = this.#loading.get(credentialHash) ?? this.#load(credentialHash);
    return known && nowMs - known.readMs < this.#options.believedForMs
      ? this.#orBelieve(loading, { credentialHash, known })
      : loading;
  }

  /** Reads one anew that is still known; nobody waits for it, and a failure is tried again later. */
  #renew(credentialHash: string, known: Known): void {
    const { clock, askAgainMs } = this.#options;
    known.renewMs = clock.nowMs() + askAgainMs;
    if (!this.#loading.has(credentialHash)) this.#load(credentialHash).catch(() => undefined);
  }

  /** What the database says; where it fails or takes long, the caller as last read, unless it was forgotten meanwhile. */
  #orBelieve(
    loading: Promise<Caller | null>,
    { credentialHash, known }: { credentialHash: string; known: Known },
  ): Promise<Caller | null> {
    const { clock, askAgainMs, patienceMs } = this.#options;
    return new Promise((resolve, reject) => {
      const believe = (error?: unknown): void => {
        clearTimeout(timer);
        if (this.#known.get(credentialHash) !== known) {
          if (error !== undefined) reject(error);
          return;
        }
        known.untilMs = clock.nowMs() + askAgainMs;
        known.renewMs = known.untilMs;
        resolve(known.caller);
      };
      const timer = setTimeout(() => believe(), patienceMs);
      loading.then((caller) => {
        clearTimeout(timer);
        resolve(caller);
      }, believe);
    });
  }

  /** Forgets one key of a user, or all of them; a load under way is not kept either. */
  forget(userId: string, keyId: string | null): void {
    this.#generation += 1;
    // The change may be the creation of a key that somebody tried too early.
    this.#unknown.clear();
    this.#loading.clear();
    for (const [hash, { caller }] of this.#known.entries()) {
      if (caller.user.id === userId && (keyId === null || caller.key.id === keyId)) this.#known.delete(hash);
    }
  }

  /** Forgets everybody: notices may have been lost. */
  forgetAll(): void {
    this.#generation += 1;
    this.#unknown.clear();
    this.#loading.clear();
    this.#known.clear();
  }

  #load(credentialHash: string): Promise<Caller | null> {
    const generation = this.#generation;
    const loading = this.#options
      .load(credentialHash)
      .then((caller) => {
        if (generation === this.#generation) this.#keep(credentialHash, caller);
        return caller;
      })
      .finally(() => {
        if (this.#loading.get(credentialHash) === loading) this.#loading.delete(credentialHash);
      });
    this.#loading.set(credentialHash, loading);
    return loading;
  }

  #keep(credentialHash: string, caller: Caller | null): void {
    const { clock, knownForMs, renewAfterMs, unknownForMs } = this.#options;
    const nowMs = clock.nowMs();
    if (caller === null) {
      this.#known.delete(credentialHash);
      this.#unknown.set(credentialHash, nowMs + unknownForMs);
      return;
    }
    const times = { untilMs: nowMs + knownForMs, renewMs: nowMs + renewAfterMs, readMs: nowMs };
    this.#known.set(credentialHash, { caller, ...times });
  }
}
