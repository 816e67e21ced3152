// What the gateway needs from the rest of the product; adapters are chosen in the server's container.
import type { IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { Clock } from '@api-proxy/kit/clock';
import type { Logger } from '@api-proxy/kit/logger';
import type { Secret } from '@api-proxy/kit/secret';
import type { Operation, Protocol } from '@api-proxy/protocols/protocol';
import type { Denial } from './denial.ts';
import type { DecisionRecord, ExchangeRecord } from './exchange-record.ts';
import type { Snapshot } from './snapshot.ts';

/** An answer that may be there at once; the hot path then pays no extra turn. */
export type Maybe<T> = T | Promise<T>;

/** Limits of a key or user; null = none of its own. */
export type Limits = {
  readonly rpm: number | null;
  readonly tpm: number | null;
  readonly concurrency: number | null;
};

/** Who calls: a user and one of the user's keys. */
export type Caller = {
  readonly user: {
    readonly id: string;
    readonly role: 'super_admin' | 'admin' | 'user';
    readonly status: 'active' | 'disabled';
    /** 1_000_000 = × 1. */
    readonly multiplierPpm: number;
    readonly limits: Limits | null;
  };
  readonly key: {
    readonly id: string;
    readonly name: string;
    readonly status: 'active' | 'disabled';
    readonly expiresAtMs: number | null;
    /** Empty = every model. */
    readonly allowedModels: readonly string[];
    /** Addresses or CIDRs; empty = everywhere. */
    readonly allowedIps: readonly string[];
    readonly limits: Limits | null;
  };
};

/** Finds callers by the keyed hash of their credential; caches, so usually answers without a promise. */
export type CallerSource = { find(credentialHash: string): Maybe<Caller | null> };

/** Keyed hash of a credential as stored (HMAC-SHA-256, hex). */
export type HashCredential = (credential: string) => string;

/** The configuration in force now. */
export type Snapshots = { current(): Snapshot };

export type AdmissionRequest = {
  readonly requestId: string;
  readonly caller: Caller;
  readonly operation: Operation;
  /** Upper estimate of input + output tokens, for TPM. */
  readonly estimatedTokens: number;
  readonly nowMs: number;
};

/** A place inside all limits; given back exactly once. */
export type Pass = {
  /**
   * Gives the slot back and corrects the token window to what was really used; null where nothing was sent to an
   * upstream: then everything is given back. Never throws.
   */
  release(actualTokens: number | null): void;
  /** What is left of the limits of the minute, as headers for the answer: name, value, … */
  readonly headers?: readonly string[];
};

/** The `limit` of a denial that may be over in a moment: such a request waits briefly before it is refused. */
export const PARALLEL_LIMIT = 'parallel requests';

/** RPM, TPM and concurrency: takes all that apply, or none (`limit_reached` with limit, scope, max; retryAfterMs). */
export type Admission = { take(request: AdmissionRequest): Maybe<Pass | Denial> };

export type HoldRequest = {
  readonly requestId: string;
  readonly userId: string;
  readonly keyId: string;
  readonly upperBoundNanoUsd: bigint;
  /** When the request began; its row carries the same instant. */
  readonly nowMs: number;
  /** What is written down at once, for the row of a request that a crash interrupts. */
  readonly about: {
    readonly protocolIn: Protocol;
    readonly operation: Operation;
    readonly modelAsked: string;
    readonly stream: boolean;
  };
};

/** Money reserved for a request. It is settled by `Settlements.settle` under its request id, or released here. */
export type Hold = {
  /** Gives the money back unused; does nothing after settlement. Never throws. */
  release(): void;
  /** Remaining-budget headers for the answer, when known: name, value, … */
  readonly headers?: readonly string[];
};

/**
 * Denies with `quota_missing` | `quota_zero` | `quota_used_up` (402), `window_used_up` (429; facts window, scope) or
 * `settlement_unavailable` (503). The third and the fourth have the facts `remaining` and `needed`, USD as decimal text.
 */
export type Purse = { hold(request: HoldRequest): Maybe<Hold | Denial> };

/** Books finished requests. */
export type Settlements = {
  /** Queues a record, idempotent by request id; also settles its hold. Never throws. */
  settle(record: ExchangeRecord): void;
  /**
   * Calls `then` once the end of this process can't lose what was settled so far: a client's last byte leaves only then.
   * At once where there is nothing to wait for. Never throws, never forgets to call.
   */
  whenWritten(then: () => void): void;
  /**
   * The id under which a route's plan is stored, so that a record need not contain it; null: it is not, or too short to
   * be worth it. The same plan is the same array. Absent: none is stored. Never throws.
   */
  planId?(plan: readonly DecisionRecord[]): string | null;
};

/** What a key used and what is left of its limits: `GET /v1/usage`. Reads no hot path. */
export type KeyUsage = {
  /** Counts a question of this address; a denial when it asks too often, or guesses. */
  guard(address: string): Promise<Denial | null>;
  /** The answer as a JSON value. @throws when it can't be read now. */
  read(question: KeyUsageQuestion): Promise<object | Denial>;
};

/** `range` as it stands in the address; null: none. */
export type KeyUsageQuestion = {
  readonly keyId: string;
  readonly range: string | null;
  readonly address: string;
};

/** What an attempt teaches about its channel key. */
export type Lesson =
  | 'nothing'
  | 'success'
  | 'failure'
  | 'overloaded'
  | 'rate_limited'
  | 'quota_exhausted'
  | 'key_rejected'
  | 'model_missing';

export type HealthReport = {
  readonly channelId: string;
  readonly channelKeyId: string;
  readonly upstreamModel: string;
  /** `unreachable`: neither could others be reached, so it is nobody's fault as far as this worker knows. */
  readonly lesson: Lesson | 'unreachable';
  readonly retryAfterMs: number | null;
  /** When the attempt began: what was learnt after that, a success of this attempt says nothing about. */
  readonly beganMs: number;
  /** The probe that the attempt was, see {@link Begun}. */
  readonly probe: string | null;
  readonly nowMs: number;
};

/** An attempt that may be made. */
export type Begun = {
  /** Of a breaker that isn't closed: names this attempt as its probe. Null: an ordinary one. */
  readonly probe: string | null;
};

/** `open`: not to be tried; `half_open`: one attempt is the probe that decides. */
export type BreakerState = 'closed' | 'open' | 'half_open';

/**
 * State of channel keys, learnt from outcomes. Reads are answered at once from what this worker knows; an adapter that
 * shares it passes reports on and takes in those of others.
 */
export type ChannelHealth = {
  /** When this key may be tried again for this upstream model; 0 (or the past) = now. */
  coolingUntilMs(channelKeyId: string, upstreamModel: string): number;
  breaker(channelKeyId: string, nowMs: number): BreakerState;
  /**
   * An attempt starts: on a breaker that isn't closed it is the probe, and the key cools until it was heard of.
   * Null: another probe is under way, and this attempt must not be made.
   */
  begin(channelKeyId: string, nowMs: number): Maybe<Begun | null>;
  /** The outcome of an attempt; `nothing` changes no state, it only ends the probe that the attempt was. */
  report(report: HealthReport): void;
  /** An answer came to its end: called after each, so it must cost next to nothing. */
  whole(channelKeyId: string): void;
  /** The upstream broke off an answer that had begun; enough of them in a row open the breaker. */
  brokeOff(cut: BrokenAnswer): void;
  /** Forgets everything about a key: it is tried again at once. */
  clear(channelKeyId: string): void;
};

/** An answer that its upstream did not bring to an end. */
export type BrokenAnswer = {
  readonly channelKeyId: string;
  /** When its attempt began: what was under way at the last one is the same misfortune. */
  readonly beganMs: number;
  readonly nowMs: number;
};

/** What an upstream says about a credential of its own, as far as that outlasts a pause. */
export type KeyComplaint = {
  readonly channelId: string;
  readonly channelKeyId: string;
  /** What was sent: a credential that has replaced it meanwhile is not meant. */
  readonly secret: Secret;
  /** `rejected`: refused, and not to be used again before somebody looked; `exhausted`: its quota upstream is used up. */
  readonly kind: 'rejected' | 'exhausted';
  /** The upstream's. */
  readonly status: number | null;
};

/** Keeps complaints and tells admins. Neither throws, nor need be done when it returns. */
export type KeyComplaints = {
  complain(complaint: KeyComplaint): void;
  /** The key answered: called after each success, so it must cost nothing. */
  answered(channelKeyId: string): void;
};

/** The channel key that serves a conversation. */
export type Binding = { readonly channelId: string; readonly channelKeyId: string };

/** Remembers bindings by name (a hash) for a time; forgetting one costs an upstream's prompt cache, no more. */
export type Affinity = {
  get(name: string): Maybe<Binding | null>;
  /** What this worker knows without asking anybody. Absent: `get` asks nobody. */
  known?(name: string): Binding | null;
  /** Also makes a binding last longer. Never throws; need not be done when it returns. */
  bind(name: string, binding: Binding, ttlMs: number): void;
};

/** Parallel calls per channel (`maxConcurrency`). */
export type ChannelSlots = {
  /** At once while this worker has a place to spare. */
  tryTake(channelId: string, max: number | null): Maybe<boolean>;
  /** Asks ahead for a place that a `tryTake` will probably want soon. Never throws. */
  prepare?(channelId: string, max: number | null): void;
  release(channelId: string): void;
  inUse(channelId: string): number;
};

export type LiveEvent =
  | {
      readonly kind: 'started';
      readonly requestId: string;
      readonly startedAtMs: number;
      readonly userId: string;
      readonly keyId: string;
      readonly protocolIn: Protocol;
      readonly modelAsked: string;
      readonly stream: boolean;
    }
  | { readonly kind: 'finished'; readonly record: ExchangeRecord };

/** Fan-out to the live log; never throws. */
export type LiveEvents = { publish(event: LiveEvent): void };

export type GatewayDeps = {
  readonly callers: CallerSource;
  readonly hashCredential: HashCredential;
  readonly snapshots: Snapshots;
  readonly admission: Admission;
  readonly purse: Purse;
  readonly settlements: Settlements;
  /** Absent: there is no `/v1/usage`. */
  readonly keyUsage?: KeyUsage;
  /** Absent where nobody can watch. */
  readonly live?: LiveEvents;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Makes request ids, e.g. `idSequence('req')`. */
  readonly nextRequestId: () => string;
  /** Address of the client behind trusted proxies; default: the socket's peer. */
  readonly clientIp?: (req: IncomingMessage) => string;
  /** Default: state in memory (`routing/health.ts`, `routing/slots.ts`, `routing/affinity.ts`). */
  readonly health?: ChannelHealth;
  readonly slots?: ChannelSlots;
  readonly affinity?: Affinity;
  /** Which channel key made a stored response; should outlive the process. Default: in memory. */
  readonly makers?: Affinity;
  /** Which channel key made a block of thinking. Default: in memory. */
  readonly thinkingMakers?: Affinity;
  /** Default: nobody is told, and a refused key is only paused. */
  readonly keyComplaints?: KeyComplaints;
  /** A number in [0, 1) for weighted draws; default Math.random. */
  readonly random?: () => number;
  /** Sockets per upstream origin; default 8192. Above that a request is told so at once. */
  readonly connectionsPerOrigin?: number;
  /** Finds the address to connect to for an upstream's or proxy's name, once per connection; refuses by an error. */
  readonly lookup?: LookupFunction;
};
