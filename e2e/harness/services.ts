// PostgreSQL, Redis and Chromium for the tests: started when they are installed, named when they are not.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { postgresFolder, startPostgres, unprivileged } from './postgres.ts';
import { type Program, startProgram } from './program.ts';

/** What the tests read from their environment; see `available.ts`. */
export interface TestEnvironment {
  TEST_DATABASE_URL?: string;
  TEST_REDIS_URL?: string;
  CHROMIUM_PATH?: string;
}

/** A part of the tests that cannot run on this machine. */
export interface MissingPart {
  part: string;
  reason: string;
}

export interface TestServices {
  /** To be merged into the environment of the test runner. */
  env: TestEnvironment;
  missing: MissingPart[];
  /** Ends everything that was started and removes its data; safe to call twice. */
  stop: () => Promise<void>;
}

/** The search path and what is already given; the caller passes `process.env`. */
export type Surroundings = Record<string, string | undefined>;

/**
 * Starts what the tests can use. A service that is installed but does not start is a failure, not a missing part.
 * Values already present in the surroundings are taken as they are, and nothing is started for them.
 */
export async function startTestServices(surroundings: Surroundings): Promise<TestServices> {
  const started: Program[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'api-proxy-test-'));
  const stop = async (): Promise<void> => {
    await Promise.all(started.splice(0).map((program) => program.stop()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const env: TestEnvironment = {};
    const missing: MissingPart[] = [];
    const services = [postgresService, redisService, chromiumService];
    for (const service of services) {
      const result = await service({ surroundings, folder, started });
      if ('reason' in result) missing.push(result);
      else Object.assign(env, result);
    }
    return { env, missing, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Site {
  surroundings: Surroundings;
  /** Folder for data and sockets, removed at the end. */
  folder: string;
  /** Programs to end; a service adds its own. */
  started: Program[];
}

async function postgresService(site: Site): Promise<TestEnvironment | MissingPart> {
  const given = site.surroundings.TEST_DATABASE_URL;
  if (given) return { TEST_DATABASE_URL: given };
  const part = 'tests on PostgreSQL';
  const bin = postgresFolder(searchPath(site.surroundings));
  if (!bin) return { part, reason: 'no `initdb` on PATH or in /usr/lib/postgresql' };
  const identity = unprivileged();
  if (identity === 'none')
    return { part, reason: 'running as root, and there is no unprivileged user to run it as' };
  const server = await startPostgres({ bin, identity, folder: site.folder, port: await freePort() });
  site.started.push(server.program());
  return { TEST_DATABASE_URL: server.url };
}

async function redisService(site: Site): Promise<TestEnvironment | MissingPart> {
  const given = site.surroundings.TEST_REDIS_URL;
  if (given) return { TEST_REDIS_URL: given };
  const file = findOnPath(['redis-server', 'valkey-server'], site.surroundings);
  if (!file) return { part: 'tests on Redis', reason: 'no `redis-server` on PATH' };
  const port = await freePort();
  const program = await startProgram({
    file,
    args: [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      site.folder,
    ],
    options: { env: { PATH: site.surroundings.PATH }, cwd: site.folder },
    ready: /Ready to accept connections/,
    stopSignal: 'SIGTERM',
  });
  site.started.push(program);
  return { TEST_REDIS_URL: `redis://127.0.0.1:${port}` };
}

async function chromiumService(site: Site): Promise<TestEnvironment | MissingPart> {
  const given = site.surroundings.CHROMIUM_PATH;
  const file = given ?? findOnPath(['chromium', 'chromium-browser', 'google-chrome'], site.surroundings);
  if (!file) return { part: 'console tests in a browser', reason: 'no `chromium` on PATH' };
  return { CHROMIUM_PATH: file };
}

function findOnPath(names: string[], surroundings: Surroundings): string | undefined {
  const candidates = names.flatMap((name) => searchPath(surroundings).map((folder) => join(folder, name)));
  return candidates.find((path) => existsSync(path));
}

function searchPath(surroundings: Surroundings): string[] {
  return (surroundings.PATH ?? '').split(delimiter).filter(Boolean);
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address && typeof address === 'object') resolve(address.port);
        else reject(new Error('no port was given'));
      });
    });
  });
}
