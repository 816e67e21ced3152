// The configuration a worker routes and prices by: read once, immutable, replaced as a whole.
import type { Secret } from '@api-proxy/kit/secret';
import type { ChannelType, Protocol } from '@api-proxy/protocols/protocol';

export type ChannelKey = { readonly id: string; readonly secret: Secret; readonly enabled: boolean };

export type Channel = {
  readonly id: string;
  readonly name: string;
  readonly type: ChannelType;
  /** With or without a trailing `/v1` or `/`; both mean the same. May carry a path prefix. */
  readonly baseUrl: string;
  readonly keys: readonly ChannelKey[];
  /** Public model names it accepts; `*` accepts every name. */
  readonly models: readonly string[];
  /** Dialects that this upstream speaks. */
  readonly protocols: readonly Protocol[];
  /** Share of the traffic inside its tier; 0 = only when nothing else is left. */
  readonly weight: number;
  /** Tier; the higher one is tried first. */
  readonly priority: number;
  readonly maxConcurrency: number | null;
  readonly enabled: boolean;
  /** Sent upstream in addition, lower-case names; they win over the client's. */
  readonly extraHeaders: Readonly<Record<string, string>>;
  /** Public model name → name sent to this upstream; wins over the model's `upstreamModel`. */
  readonly modelRenames: Readonly<Record<string, string>>;
  readonly connectTimeoutMs: number;
  /** From dispatch to the first byte of the answer. */
  readonly firstByteTimeoutMs: number;
  /** Longest silence inside an answer. */
  readonly idleTimeoutMs: number;
  /** An http(s) proxy for this channel's connections. */
  readonly proxyUrl?: string | null;
  /** Offer HTTP/2 to an https upstream, which chooses; default: HTTP/1.1 alone. */
  readonly http2?: boolean;
  /** What becomes of an answer whose client left: cut off (default), or read to its end, within bounds. */
  readonly onClientGone?: 'abort' | 'drain';
};

export type Model = {
  readonly id: string;
  /** The public name, unique. */
  readonly name: string;
  readonly provider: string;
  readonly displayName: string;
  readonly enabled: boolean;
  /** Shown in the public square and in `GET /v1/models`. */
  readonly visible: boolean;
  readonly upstreamModel: string | null;
  readonly maxOutputTokens: number | null;
  /** Input and output of one request together, in tokens; absent or null: unknown. */
  readonly contextLength?: number | null;
  readonly createdAtMs: number;
};

/** Nano-USD per million tokens, by usage class. */
export type Rates = {
  readonly inputNanoPerMTok: bigint;
  readonly outputNanoPerMTok: bigint;
  readonly cacheReadNanoPerMTok: bigint;
  readonly cacheWrite5mNanoPerMTok: bigint;
  readonly cacheWrite1hNanoPerMTok: bigint;
};

/** One version of a model's price. */
export type Price = Rates & {
  readonly id: string;
  /** Set when this price holds for one channel only; it then wins over the general one. */
  readonly channelId: string | null;
  /** Rates for the whole request once its input side (input + cache classes) exceeds the threshold. */
  readonly longContext: (Rates & { readonly thresholdTokens: number }) | null;
  readonly effectiveFromMs: number;
};

export type RelaySettings = {
  readonly maintenance: { readonly on: boolean; readonly message: string };
  /** Shown with every 402. */
  readonly rechargeMessage: string;
  /** What happens to a model without a price: refused for everyone but admins, or free. */
  readonly unpricedPolicy: 'refuse' | 'free';
  /** Who pays for an answer that its upstream broke off: nobody, or its user for what came. */
  readonly truncatedPolicy: 'free' | 'charge';
  /** Attempts per request, each on another channel or key. */
  readonly maxAttempts: number;
  /** Output tokens assumed for a hold when neither the request nor the model names a maximum. */
  readonly defaultMaxOutputTokens: number;
  /** Bounds for a cooldown taken from `retry-after` or from repeated failures, and how many of these open the breaker (5). */
  readonly cooldown: { readonly minMs: number; readonly maxMs: number; readonly failuresToOpen?: number };
};

export type Patience = {
  /** How long a conversation stays bound to its channel key after its last request. */
  readonly affinityMs: number;
  /** How long it is remembered which channel key made a stored response. */
  readonly storedResponseMs: number;
  /** How long a request waits when all its channels are busy, and behind how many others at most. */
  readonly channelQueueMs: number;
  readonly channelQueueLength: number;
  /** How long a request waits for a place under a limit of parallel requests (agents call tools in parallel); 0 = not at all. */
  readonly placeQueueMs: number;
  readonly placeQueueLength: number;
  /** All attempts of a request together, from the first dispatch to the first byte of an answer. */
  readonly attemptsMs: number;
  /** Before an overloaded upstream is asked again: this long the first time, twice the second, ± half. */
  readonly overloadPauseMs: number;
  /** The silence in an event stream after which its client gets a keep-alive. */
  readonly keepAliveMs: number;
  /** How long an upstream may still send usage, or end, after the event that ends its stream. */
  readonly afterEndMs: number;
  /** Whether a request whose thinking an upstream refuses is sent once more without it. It costs the prompt cache. */
  readonly repairsThinking: boolean;
  /** How long an answer is drained for a client that left, and how many at a time in one process. */
  readonly drainMs: number;
  readonly drainsAtOnce: number;
};

export const DEFAULT_PATIENCE: Patience = {
  affinityMs: 600_000,
  storedResponseMs: 30 * 86_400_000,
  channelQueueMs: 10_000,
  channelQueueLength: 500,
  placeQueueMs: 1_000,
  placeQueueLength: 20,
  attemptsMs: 600_000,
  overloadPauseMs: 500,
  keepAliveMs: 10_000,
  afterEndMs: 1_000,
  repairsThinking: true,
  drainMs: 60_000,
  drainsAtOnce: 50,
};

/** The configured values over the defaults. */
export function patienceOf({ patience }: Pick<Snapshot, 'patience'>): Patience {
  return patience ? { ...DEFAULT_PATIENCE, ...patience } : DEFAULT_PATIENCE;
}

export type Snapshot = {
  readonly version: number;
  readonly settings: RelaySettings;
  /** How long the relay waits, binds and repeats; what is absent has its default. */
  readonly patience?: Partial<Patience>;
  readonly channels: readonly Channel[];
  /** By public name. */
  readonly models: ReadonlyMap<string, Model>;
  /** By public model name; versions in any order. */
  readonly prices: ReadonlyMap<string, readonly Price[]>;
};

export const DEFAULT_TIMEOUTS = {
  connectTimeoutMs: 10_000,
  firstByteTimeoutMs: 300_000,
  idleTimeoutMs: 300_000,
} as const;

export const DEFAULT_RELAY_SETTINGS: RelaySettings = {
  maintenance: { on: false, message: '' },
  rechargeMessage: '',
  unpricedPolicy: 'refuse',
  truncatedPolicy: 'free',
  maxAttempts: 3,
  defaultMaxOutputTokens: 4_096,
  cooldown: { minMs: 1_000, maxMs: 60_000 },
};
