// What is measured: something that listens on a port, with the processes that work for it.
import type { UpstreamPorts } from '../load/upstream.ts';
import type { Pinning } from '../measure/pinning.ts';
import type { Books } from './books.ts';

export const TARGET_NAMES = ['direct', 'nginx', 'bare', 'gateway-only', 'embedded', 'distributed'] as const;
export type TargetName = (typeof TARGET_NAMES)[number];

/** Credentials of a target that looks at them. */
export type Credentials = {
  readonly good: string;
  /** Nobody's. */
  readonly unknown: string;
  /** Its user has no quota: 402. */
  readonly poor: string;
  /** Allowed one request a minute: 429. */
  readonly limited: string;
};

export type Target = {
  readonly name: TargetName;
  readonly port: number;
  readonly credentials: Credentials;
  /** Processes by whose account the work goes; `relay` is what is compared. */
  processes(): { relay: number[]; database: number[]; redis: number[] };
  /** Present where every request leaves a row. */
  readonly books?: Books;
  /** Sets up 1,000 keys × 100 channels × 500 models, once, and gives the keys. */
  readonly configureMany?: () => Promise<readonly string[]>;
  stop(): Promise<void>;
};

/** Something that can't be measured here, and why. */
export type Unavailable = { readonly name: TargetName; readonly unavailable: string };

export type Site = {
  readonly pinning: Pinning;
  readonly upstream: UpstreamPorts;
  /** Added to the environment of what is measured, e.g. to have it profiled. */
  readonly env: Readonly<Record<string, string>>;
};

/** For targets that pass every credential on. */
export const ANY_CREDENTIALS: Credentials = {
  good: 'sk-relay-bench-00000000000000000000000000000000',
  unknown: 'sk-relay-none-00000000000000000000000000000000',
  poor: 'sk-relay-poor-00000000000000000000000000000000',
  limited: 'sk-relay-slow-00000000000000000000000000000000',
};

export const MODEL = 'bench-model-000';
/** The first channel that has it answers 429. */
export const FALLBACK_MODEL = 'bench-model-lim';
export const MODELS_OF_MANY = 500;
export const KEYS_OF_MANY = 1_000;
export const CHANNELS_OF_MANY = 100;

/** Names of one length, the first of which is {@link MODEL}. */
export function modelName(index: number): string {
  return `bench-model-${String(index).padStart(3, '0')}`;
}

/** USD per million tokens. */
export const TARIFF = { input: '3', output: '15', cacheRead: '0.3', cacheWrite5m: '3.75', cacheWrite1h: '6' };

/** In nano-USD, by {@link TARIFF}. */
export function costOf(tokens: { input: number; output: number }): bigint {
  return BigInt(tokens.input) * 3_000n + BigInt(tokens.output) * 15_000n;
}
