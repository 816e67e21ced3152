// What a verb is given: the database, the clock, the secrets, and narrow ports to the running server.
import type { Role } from '@api-proxy/contracts/enums';
import type { Database } from '@api-proxy/db/database';
import type { Clock } from '@api-proxy/kit/clock';
import type { Secret } from '@api-proxy/kit/secret';
import type { Attempts } from './auth/attempts.ts';
import type { OutboundPolicy } from './channel/outbound-address.ts';
import type { CompareBooks } from './reconciliation/record-reconciliation.ts';
import type { KeyHasher } from './secret/key-hasher.ts';
import type { Vault } from './secret/vault.ts';

/** Who acts. */
export type Actor = {
  readonly userId: string;
  readonly role: Role;
  readonly name: string;
  /** Address of the caller, for the audit list. */
  readonly ip: string | null;
};

/** What the other workers are told after a commit, by topic. */
export type Notices = {
  /** Channels, models, mappings, prices or settings changed: rebuild the snapshot. */
  readonly config: { readonly version: number };
  /** A user (`keyId` null: all keys of that user) or one key changed: forget what is cached of it. */
  readonly caller: { readonly userId: string; readonly keyId: string | null };
};

/** Tells every worker, this one included. Must not throw; a lost message heals by `config_version` and cache lifetimes. */
export type NoticeBus = {
  publish<Topic extends keyof Notices>(topic: Topic, payload: Notices[Topic]): void | Promise<void>;
};

/** An upstream to be called once, on behalf of an admin. */
export type ProbeTarget = {
  /** Null: a channel that is not saved yet. */
  readonly channelId: string | null;
  readonly type: 'claude' | 'openai';
  readonly baseUrl: string;
  readonly speaks: 'auto' | 'chat' | 'responses' | 'both';
  readonly secret: Secret;
  readonly extraHeaders: Readonly<Record<string, string>>;
  readonly proxyUrl: string | null;
  readonly http2: boolean;
};

/** What an outcome teaches about a channel key; the words of the gateway's failure table. */
export type KeyLesson =
  | 'nothing'
  | 'success'
  | 'failure'
  | 'overloaded'
  | 'rate_limited'
  | 'quota_exhausted'
  | 'key_rejected'
  | 'model_missing';

export type ProbeResult = {
  readonly ok: boolean;
  readonly lesson: KeyLesson;
  /** What the upstream said about the credential itself. */
  readonly complaint: 'rejected' | 'exhausted' | null;
  readonly status: number | null;
  readonly firstByteMs: number | null;
  readonly durationMs: number;
  /** What came back; the verb caps it. */
  readonly answer: string | null;
  readonly error: string | null;
};

/** Makes small calls to upstreams, with its own deadline. Neither method throws. */
export type ChannelProbe = {
  test(target: ProbeTarget, upstreamModel: string): Promise<ProbeResult>;
  listModels(target: ProbeTarget): Promise<{ ok: true; models: string[] } | { ok: false; error: string }>;
};

/** What this server knows of a channel while it works. */
export type ChannelNow = {
  /** Epoch milliseconds; null: not cooling. */
  readonly coolingUntilMs: number | null;
  readonly breakerOpen: boolean;
  readonly reason: string | null;
  readonly inFlight: number;
};

export type ChannelLive = {
  of(channelId: string): ChannelNow;
  /** Epoch milliseconds until which this credential pauses; null: it does not. */
  keyCoolingUntilMs(channelKeyId: string): number | null;
  clearCooldown(channelId: string, channelKeyIds: readonly string[]): void | Promise<void>;
  /** Takes the outcome of a check as traffic's are taken. */
  learn(check: KeyCheck): void;
};

export type KeyCheck = {
  readonly channelId: string;
  readonly channelKeyId: string;
  readonly upstreamModel: string;
  readonly lesson: KeyLesson;
  /** Epoch milliseconds; checks are taken in when the last of them has ended. */
  readonly beganMs: number;
};

/** Something that admins should look at, or need not any more. Never holds a secret. */
export type AdminNotice = {
  readonly kind: 'key_rejected' | 'key_exhausted' | 'key_revived';
  readonly channelId: string;
  readonly channelName: string;
  readonly channelKeyId: string;
  /** Of the key; may be empty. */
  readonly lastFour: string;
  /** The upstream's; null: none. */
  readonly status: number | null;
};

/** Tells admins. Must not throw, nor be waited for. */
export type AdminNotices = { tell(notice: AdminNotice): void };

/** A limit on requests, tokens or parallel calls as it stands now. */
export type RateNow = {
  readonly scope: 'key' | 'user';
  readonly limit: 'rpm' | 'tpm' | 'concurrency';
  readonly max: number;
  readonly remaining: number;
  /** Epoch milliseconds; null: all of it is free, or it is given back when requests end. */
  readonly resetsAtMs: number | null;
};

type RateLimits = {
  readonly id: string;
  readonly rpm: number | null;
  readonly tpm: number | null;
  readonly maxConcurrency: number | null;
};

/** Looks at the counted limits of a key and its user without taking anything. */
export type RatesNow = { of(caller: { key: RateLimits; user: RateLimits }): Promise<RateNow[]> };

export type SiteInfo = {
  readonly version: string;
  /** The configured address without a trailing slash; null: the one that the request came to. */
  readonly publicUrl: string | null;
};

/** Everything that is the same for all requests; built once by the server's container. */
export type ServicePorts = {
  readonly db: Database;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly keyHasher: KeyHasher;
  readonly bus: NoticeBus;
  /** Counts guesses: of passwords, of gift card codes. */
  readonly attempts: Attempts;
  readonly channelProbe: ChannelProbe;
  readonly channelLive: ChannelLive;
  readonly adminNotices: AdminNotices;
  readonly outbound: OutboundPolicy;
  readonly siteInfo: SiteInfo;
  readonly compareBooks: CompareBooks;
  readonly ratesNow: RatesNow;
};

/** What verbs that only read the database need of it: any process can answer them. */
export type ReadPorts = Pick<ServicePorts, 'db' | 'clock' | 'siteInfo'>;

/** What is known of one request. */
export type Asked = {
  /** Null: no session. */
  readonly actor: Actor | null;
  /** Scheme and host that this request was sent to, e.g. `http://localhost:3000`. */
  readonly requestOrigin: string;
  /** Address that this request came from; null: it is not known. */
  readonly callerIp: string | null;
};

export type Context = ServicePorts & Asked;

export type ReadContext = ReadPorts & Asked;

/** For work that no person asked for: it is audited as done by the system. */
export function systemContext(ports: ServicePorts): Context {
  return { ...ports, actor: null, requestOrigin: '', callerIp: null };
}
