// The product with everything on: embedded, and distributed over PostgreSQL and Redis.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { startTestServices } from '@api-proxy/e2e/harness/services';
import { commandLine, processTree } from '../measure/process-figures.ts';
import { type Books, openBooks } from './books.ts';
import { type ProductProgram, startProductProgram } from './product-program.ts';
import { configureMany, setUpProduct } from './product-setup.ts';
import type { Site, Target, Unavailable } from './target.ts';

export async function embeddedTarget(site: Site): Promise<Target> {
  const program = await startProductProgram(site);
  try {
    const books = await openBooks({
      host: join(program.dataDir, 'socket'),
      ...{ port: 5432, user: 'postgres', database: 'postgres' },
    });
    const processes = () => ({ ...program.processes(), redis: [] });
    return await ready({ name: 'embedded', site, program, books, processes, close: async () => {} });
  } catch (error) {
    await program.stop();
    throw error;
  }
}

/** Unavailable as long as a service is not installed or the server refuses one of them. */
export async function distributedTarget(site: Site): Promise<Target | Unavailable> {
  const services = await startTestServices({ PATH: process.env.PATH });
  const { TEST_DATABASE_URL: databaseUrl, TEST_REDIS_URL: redisUrl } = services.env;
  const unavailable = async (reason: string): Promise<Unavailable> => {
    await services.stop();
    return { name: 'distributed', unavailable: reason };
  };
  if (!databaseUrl || !redisUrl) {
    return await unavailable(services.missing.map(({ part, reason }) => `${part}: ${reason}`).join('; '));
  }
  try {
    const program = await startProductProgram({
      pinning: site.pinning,
      env: { ...site.env, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl },
    });
    const books = await openBooks({ connectionString: databaseUrl });
    const database = children('postgres');
    const redis = children('redis-server');
    const processes = () => ({ ...program.processes(), database: database(), redis: redis() });
    return await ready({ name: 'distributed', site, program, books, processes, close: services.stop });
  } catch (error) {
    const refused = /REDIS_URL[^\n]*/.exec(String(error))?.[0];
    if (refused) return await unavailable(`not available yet: ${refused}`);
    await services.stop();
    throw error;
  }
}

/** Processes of a service that this process has started itself. */
function children(program: string): () => number[] {
  return () => {
    const roots = readdirSync('/proc/self/task').length > 0 ? processTree(process.pid) : [];
    return roots.filter((pid) => new RegExp(`(^|/)${program}\\b`).test(commandLine(pid).split(' ')[0] ?? ''));
  };
}

type Parts = {
  readonly name: 'embedded' | 'distributed';
  readonly site: Site;
  readonly program: ProductProgram;
  readonly books: Books;
  readonly processes: Target['processes'];
  readonly close: () => Promise<void>;
};

async function ready({ name, site, program, books, processes, close }: Parts): Promise<Target> {
  const { admin, credentials } = await setUpProduct(program.url, site.upstream);
  let many: Promise<readonly string[]> | undefined;
  return {
    name,
    port: program.port,
    credentials,
    processes,
    books,
    configureMany: () => {
      many ??= configureMany(admin, site.upstream);
      return many;
    },
    stop: async () => {
      await books.close();
      await program.stop();
      await close();
    },
  };
}
