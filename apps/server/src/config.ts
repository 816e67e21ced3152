// The configuration: one schema, one reader of the environment; everything else gets values.
import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import { SECOND_MS } from '@api-proxy/kit/duration';
import { AppError } from '@api-proxy/kit/error';
import { Secret } from '@api-proxy/kit/secret';
import { z } from 'zod';

const SECRET_MIN_LENGTH = 32;
const MIB = 1024 * 1024;
/** What people copy out of examples; a secret that contains one of these is no secret. */
const PLACEHOLDER = /change[-_ ]?me|replace[-_ ]?me|your[-_ ]|example|^(secret|password|default)|^(.)\2*$/i;

const whole = (min: number, max: number) =>
  z.coerce
    .number({ error: `must be a whole number from ${min} to ${max}` })
    .int(`must be a whole number from ${min} to ${max}`)
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);

const urlOf = (schemes: readonly string[]) =>
  z.string().refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol), {
    error: `must be a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
  });

/** Separated by commas or blanks. */
const outboundAllow = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter((entry) => entry !== ''))
  .refine((entries) => entries.every(isAllowEntry), {
    error: 'must name hosts, addresses or ranges such as ollama.internal, 10.0.0.7, 10.1.0.0/16',
  });

function isAllowEntry(entry: string): boolean {
  const [network = '', prefix] = entry.split('/');
  const family = isIP(network);
  if (family === 0) return /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(entry);
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32));
}

const environmentSchema = z.object({
  NODE_ENV: z.enum(['production', 'development', 'test']).default('development'),
  ROLE: z.enum(['all', 'gateway', 'console'], { error: 'must be all, gateway or console' }).default('all'),
  PORT: whole(0, 65_535).default(3000),
  // A team reaches the gateway from other machines, so every interface is the useful default.
  HOSTNAME: z.string().default('0.0.0.0'),
  DATA_DIR: z.string().default('./.data'),
  WORKERS: whole(1, 64).default(1),
  DATABASE_URL: urlOf(['postgres:', 'postgresql:']).optional(),
  DATABASE_POOL_SIZE: whole(2, 200).default(10),
  REDIS_URL: urlOf(['redis:', 'rediss:']).optional(),
  APP_SECRET: z.string().optional(),
  EMAIL_VERIFY_SECRET: z.string().optional(),
  PUBLIC_URL: urlOf(['http:', 'https:']).optional(),
  TRUSTED_PROXY_HOPS: whole(0, 10).default(0),
  OUTBOUND_ALLOW: outboundAllow.default([]),
  UPSTREAM_CONNECTIONS: whole(1, 65_535).default(8192),
  DRAIN_TIMEOUT_S: whole(0, 86_400).default(600),
  JOURNAL_MAX_MB: whole(1, 1_048_576).default(1024),
  JOURNAL_FSYNC: z
    .enum(['never', 'batch', 'always'], { error: 'must be never, batch or always' })
    .default('never'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'must be trace, debug, info, warn, error, fatal or silent',
    })
    .default('info'),
});

type Environment = z.infer<typeof environmentSchema>;

export type Role = Environment['ROLE'];

export type Config = {
  production: boolean;
  role: Role;
  port: number;
  hostname: string;
  /** Absolute path. */
  dataDir: string;
  workers: number;
  /** Absent: the embedded database in `dataDir`. */
  databaseUrl: Secret | undefined;
  databasePoolSize: number;
  redisUrl: Secret | undefined;
  /** Absent only outside production: then generated into `dataDir`. */
  appSecret: Secret | undefined;
  emailVerifySecret: Secret | undefined;
  /** Address that people type, without a trailing slash; absent: `http://localhost:<port>`. */
  publicUrl: string | undefined;
  trustedProxyHops: number;
  /** Host names, addresses and CIDR ranges that channels may lead to although they are private. */
  outboundAllow: readonly string[];
  /** Sockets per worker and upstream address. */
  upstreamConnections: number;
  drainTimeoutMs: number;
  /** Size at which a worker's journal admits nothing more, in bytes. */
  journalCapBytes: number;
  /** When what a worker wrote to its journal is forced to the disk. */
  journalFsync: Environment['JOURNAL_FSYNC'];
  logLevel: Environment['LOG_LEVEL'];
};

/**
 * Reads `.env` of `cwd` (variables that are already set win) and then the environment.
 * @throws AppError `invalid_config`, naming each variable and what it expects.
 */
export function loadConfig(cwd: string = process.cwd()): Config {
  const file = path.join(cwd, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
  return parseConfig(process.env, cwd);
}

/**
 * For the C library's memory (mallopt(3), docs/decisions/0093). It makes up to eight heaps per core for a process with many
 * threads: one for the main thread and one for the others is enough. And after the first large buffer it would take all
 * later ones from a heap, which keeps them: from 1 MB on, each has its own mapping, gone when it is freed.
 */
const MALLOC = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '1048576' };

/** The environment of a child process: what this one has, and `extra`. */
export function childEnvironment(extra: Record<string, string> = {}): Record<string, string | undefined> {
  return { ...MALLOC, ...process.env, ...extra };
}

/** Turns variables into a checked configuration. @throws AppError `invalid_config`. */
export function parseConfig(variables: Record<string, string | undefined>, cwd: string): Config {
  // `PORT=` in a file means "not set" to whoever wrote it.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.trim()));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    throw invalidConfig(parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
  }
  const problems = [...secretProblems(parsed.data), ...modeProblems(parsed.data)];
  if (problems.length > 0) throw invalidConfig(problems);
  return configOf(parsed.data, cwd);
}

function configOf(env: Environment, cwd: string): Config {
  return {
    production: env.NODE_ENV === 'production',
    role: env.ROLE,
    port: env.PORT,
    hostname: env.HOSTNAME,
    dataDir: path.resolve(cwd, env.DATA_DIR),
    workers: env.WORKERS,
    databaseUrl: secretOf(env.DATABASE_URL),
    databasePoolSize: env.DATABASE_POOL_SIZE,
    redisUrl: secretOf(env.REDIS_URL),
    appSecret: secretOf(env.APP_SECRET),
    emailVerifySecret: secretOf(env.EMAIL_VERIFY_SECRET),
    publicUrl: env.PUBLIC_URL?.replace(/\/+$/, ''),
    trustedProxyHops: env.TRUSTED_PROXY_HOPS,
    outboundAllow: env.OUTBOUND_ALLOW,
    upstreamConnections: env.UPSTREAM_CONNECTIONS,
    drainTimeoutMs: env.DRAIN_TIMEOUT_S * SECOND_MS,
    journalCapBytes: env.JOURNAL_MAX_MB * MIB,
    journalFsync: env.JOURNAL_FSYNC,
    logLevel: env.LOG_LEVEL,
  };
}

function secretOf(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text);
}

function secretProblems(env: Environment): string[] {
  const strict = env.NODE_ENV === 'production';
  const entries = [
    ['APP_SECRET', env.APP_SECRET],
    ['EMAIL_VERIFY_SECRET', env.EMAIL_VERIFY_SECRET],
  ] as const;
  const problems = entries.flatMap(([name, value]) => {
    if (value === undefined) {
      // Outside production one is generated into DATA_DIR.
      return strict ? [`${name} is required: ${SECRET_MIN_LENGTH} or more random characters`] : [];
    }
    if (value.length < SECRET_MIN_LENGTH) {
      return [`${name} is too short: ${SECRET_MIN_LENGTH} or more random characters are expected`];
    }
    if (strict && PLACEHOLDER.test(value)) {
      return [`${name} is a placeholder: put ${SECRET_MIN_LENGTH} or more random characters there`];
    }
    return [];
  });
  if (env.APP_SECRET !== undefined && env.APP_SECRET === env.EMAIL_VERIFY_SECRET) {
    problems.push('EMAIL_VERIFY_SECRET must differ from APP_SECRET');
  }
  return problems;
}

function modeProblems(env: Environment): string[] {
  if (env.WORKERS === 1) return [];
  const problems = [];
  if (env.DATABASE_URL === undefined) {
    problems.push(
      'WORKERS must be 1 without DATABASE_URL: the embedded database has one session, which more workers would only queue for',
    );
  }
  if (env.REDIS_URL === undefined) {
    problems.push(
      'WORKERS must be 1 while REDIS_URL is not set: workers share limits and parallel places through Redis',
    );
  }
  return problems;
}

function invalidConfig(problems: readonly string[]): AppError {
  return new AppError({
    code: 'invalid_config',
    status: 500,
    message: `The configuration can't be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    details: { problems },
  });
}
