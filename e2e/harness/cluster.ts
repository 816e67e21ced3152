// Three instances with one PostgreSQL and one Redis; the third runs two workers on its port.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { fitOut } from './installation.ts';
import type { Person } from './person.ts';
import { freePort, newDatabase, type Product, startProduct } from './product.ts';
import type { Program } from './program.ts';
import { startRedis } from './redis.ts';

export type Cluster = {
  instances: readonly [Product, Product, Product];
  upstream: FakeUpstream;
  admin: Person;
  databaseUrl: string;
  /** `freeze`: it is there, and says nothing any more; `thaw`: it goes on where it was. */
  redis: { stop(): Promise<void>; start(): Promise<void>; freeze(): void; thaw(): void };
  remove(): Promise<void>;
};

/** Starts everything, fitted out through the first instance. */
export async function startCluster(models: readonly string[]): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'api-proxy-e2e-redis-'));
  const database = await newDatabase();
  const port = await freePort();
  let redis: Program = await startRedis({ port, folder });
  const upstream = await startFakeUpstream({ deterministic: true });
  const shared = {
    REDIS_URL: `redis://127.0.0.1:${port}`,
    APP_SECRET: 'k3Jx9vQ2mB7nR5tW8yZ1aC4dF6gH0jLp',
    EMAIL_VERIFY_SECRET: 'p0Lj6hG4fD1cA8zY5wT2rN7bM9vQ3xJk',
    LOG_LEVEL: 'info',
    DATABASE_POOL_SIZE: '5',
  };
  const start = (env: Record<string, string>) =>
    startProduct({ database: 'postgres', databaseUrl: database.url, env: { ...shared, ...env } });
  // The first brings the schema to its head; the others find it there.
  const first = await start({});
  const [second, third] = await Promise.all([start({}), start({ WORKERS: '2' })]);
  const instances = [first, second, third] as const;
  const { admin } = await fitOut(first.url, upstream, models);
  return {
    ...{ instances, upstream, admin, databaseUrl: database.url },
    redis: {
      stop: () => redis.stop(),
      start: async () => {
        redis = await startRedis({ port, folder });
      },
      freeze: () => void process.kill(redis.pid, 'SIGSTOP'),
      thaw: () => void process.kill(redis.pid, 'SIGCONT'),
    },
    remove: async () => {
      await Promise.all(instances.map((instance) => instance.remove()));
      await upstream.close();
      await redis.stop();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Processes that an instance's supervisor started: its workers, where it has no console. */
export function workersOf(instance: Product): number[] {
  const pid = instance.pid();
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

/** `kill -9` of everything of an instance at once: nothing can tidy up. */
export function killInstance(instance: Product): void {
  for (const pid of [instance.pid(), ...workersOf(instance)]) process.kill(pid, 'SIGKILL');
}
