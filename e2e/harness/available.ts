// What this run can use beyond the embedded parts; tests that need more are gated by this one place.
import process from 'node:process';

export interface Available {
  /** PostgreSQL to create databases in, or undefined: then only the embedded database is tested. */
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  /** Chromium's program, or undefined: then the console's journeys are left out. */
  chromiumPath: string | undefined;
  /** The server's program, from the checkout: the fresh bundle under `npm test`, else its sources as they are. */
  serverProgram: string;
}

/** Reads what `tooling/test.ts` started; use as `describe.skipIf(!available().redisUrl)('…', …)`. */
export function available(): Available {
  return {
    databaseUrl: process.env.TEST_DATABASE_URL,
    redisUrl: process.env.TEST_REDIS_URL,
    chromiumPath: process.env.CHROMIUM_PATH,
    serverProgram: process.env.TEST_SERVER_PROGRAM ?? 'apps/server/src/main.ts',
  };
}
