// The configuration: defaults that work, errors that name the variable, secrets that production insists on.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppError } from '@api-proxy/kit/error';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { childEnvironment, loadConfig, parseConfig } from './config.ts';

const GOOD = 'k3Jx9vQ2mB7nR5tW8yZ1aC4dF6gH0jLp';
const OTHER = 'p0Lj6hG4fD1cA8zY5wT2rN7bM9vQ3xJk';
const production = { NODE_ENV: 'production', APP_SECRET: GOOD, EMAIL_VERIFY_SECRET: OTHER };

function problemsOf(variables: Record<string, string>): string {
  try {
    parseConfig(variables, '/srv');
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'invalid_config') return thrown.message;
    throw thrown;
  }
  return '';
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('configuration', () => {
  it('works without any variable: embedded, port 3000, data below the working folder', () => {
    const config = parseConfig({}, '/srv');
    expect(config).toMatchObject({
      port: 3000,
      role: 'all',
      workers: 1,
      dataDir: '/srv/.data',
      production: false,
    });
    expect(config.databaseUrl).toBeUndefined();
  });

  it('takes private hosts, addresses and ranges that channels may lead to, and nothing else', () => {
    const OUTBOUND_ALLOW = 'ollama.internal, 10.0.0.7 fd00::/8,10.1.0.0/16';
    expect(parseConfig({ OUTBOUND_ALLOW }, '/srv').outboundAllow).toEqual([
      ...['ollama.internal', '10.0.0.7', 'fd00::/8', '10.1.0.0/16'],
    ]);
    for (const wrong of ['10.0.0.0/33', 'http://x', '10.0.0.0/']) {
      expect(problemsOf({ OUTBOUND_ALLOW: wrong })).toContain('OUTBOUND_ALLOW must name hosts');
    }
  });

  it('takes the size of the journal in MiB, a GiB unless told', () => {
    expect(parseConfig({}, '/srv').journalCapBytes).toBe(2 ** 30);
    expect(parseConfig({ JOURNAL_MAX_MB: '3' }, '/srv').journalCapBytes).toBe(3 * 2 ** 20);
  });

  it('takes the number of connections to an upstream', () => {
    expect(parseConfig({}, '/srv').upstreamConnections).toBe(8192);
    expect(parseConfig({ UPSTREAM_CONNECTIONS: '50' }, '/srv').upstreamConnections).toBe(50);
  });

  it('takes when the journal is forced to the disk: never, unless told', () => {
    expect(parseConfig({}, '/srv').journalFsync).toBe('never');
    expect(parseConfig({ JOURNAL_FSYNC: 'always' }, '/srv').journalFsync).toBe('always');
  });

  it('takes an empty variable as one that is not set', () => {
    expect(parseConfig({ PORT: '', DATABASE_URL: ' ' }, '/srv')).toMatchObject({
      port: 3000,
      databaseUrl: undefined,
    });
  });

  it.each([
    ['PORT', '70000', 'PORT must be at most 65535'],
    ['PORT', 'http', 'PORT must be a whole number from 0 to 65535'],
    ['ROLE', 'worker', 'ROLE must be all, gateway or console'],
    [
      'DATABASE_URL',
      'mysql://db/x',
      'DATABASE_URL must be a URL that starts with postgres:// or postgresql://',
    ],
    ['DRAIN_TIMEOUT_S', '1.5', 'DRAIN_TIMEOUT_S must be a whole number'],
    ['UPSTREAM_CONNECTIONS', '0', 'UPSTREAM_CONNECTIONS must be at least 1'],
    ['JOURNAL_MAX_MB', '0', 'JOURNAL_MAX_MB must be at least 1'],
    ['JOURNAL_FSYNC', 'sometimes', 'JOURNAL_FSYNC must be never, batch or always'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL must be trace'],
    ['PUBLIC_URL', 'relay.example.com', 'PUBLIC_URL must be a URL that starts with http:// or https://'],
    ['WORKERS', '2', 'WORKERS must be 1 while REDIS_URL is not set'],
    ['WORKERS', '2', 'WORKERS must be 1 without DATABASE_URL'],
    ['REDIS_URL', 'http://cache', 'REDIS_URL must be a URL that starts with redis:// or rediss://'],
  ])('names %s when it is %s, and what is expected', (name, value, text) => {
    expect(problemsOf({ [name]: value })).toContain(text);
  });

  it('takes several workers with PostgreSQL and Redis, and Redis with one worker', () => {
    const redis = { REDIS_URL: 'redis://cache:6379' };
    expect(problemsOf(redis)).toBe('');
    expect(problemsOf({ ...redis, DATABASE_URL: 'postgres://db/x', WORKERS: '4' })).toBe('');
    expect(problemsOf({ ...redis, WORKERS: '4' })).toContain('DATABASE_URL');
  });

  it('names all problems at once', () => {
    const text = problemsOf({ PORT: '-1', ROLE: 'x' });
    expect(text).toContain('PORT');
    expect(text).toContain('ROLE');
  });

  it.each([
    [{ APP_SECRET: '' }, 'APP_SECRET is required'],
    [{ EMAIL_VERIFY_SECRET: '' }, 'EMAIL_VERIFY_SECRET is required'],
    [{ APP_SECRET: 'short' }, 'APP_SECRET is too short'],
    [{ APP_SECRET: 'change-me-change-me-change-me-change-me' }, 'APP_SECRET is a placeholder'],
    [{ APP_SECRET: 'a'.repeat(40) }, 'APP_SECRET is a placeholder'],
    [{ APP_SECRET: OTHER }, 'EMAIL_VERIFY_SECRET must differ'],
  ])('production refuses %o', (change, text) => {
    expect(problemsOf(production)).toBe('');
    expect(problemsOf({ ...production, ...change })).toContain(text);
  });

  it('never shows a secret in its errors', () => {
    expect(problemsOf({ ...production, APP_SECRET: 'canary' })).not.toContain('canary');
  });

  it('reads .env, and lets variables that are already set win', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'api-proxy-test-'));
    vi.stubEnv('PORT', '4001');
    vi.stubEnv('DRAIN_TIMEOUT_S', undefined);
    writeFileSync(path.join(folder, '.env'), 'PORT=4002\nDRAIN_TIMEOUT_S=7\n');
    expect(loadConfig(folder)).toMatchObject({ port: 4001, drainTimeoutMs: 7_000 });
    rmSync(folder, { recursive: true });
  });

  it('children get bounds for the memory of the C library, unless the environment has its own', () => {
    vi.stubEnv('MALLOC_ARENA_MAX', '8');
    vi.stubEnv('MALLOC_MMAP_THRESHOLD_', undefined);
    const mapped = { MALLOC_MMAP_THRESHOLD_: '1048576', MALLOC_ARENA_MAX: '8' };
    expect(childEnvironment({ EXTRA: 'yes' })).toMatchObject({ ...mapped, EXTRA: 'yes' });
    vi.stubEnv('MALLOC_ARENA_MAX', undefined);
    expect(childEnvironment()).toMatchObject({ ...mapped, MALLOC_ARENA_MAX: '2' });
  });
});
