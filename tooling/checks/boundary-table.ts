// The table of allowed arrows between the parts of the project, and the libraries that have one home.

export interface Zone {
  /** Folder of the part. */
  folder: string;
  /** Names of the parts it may import. */
  mayImport: readonly string[];
}

const PACKAGES = [
  'kit',
  'protocols',
  'contracts',
  'stores',
  'db',
  'ledger',
  'gateway',
  'services',
  'api',
  'testing',
];

/** architecture.md, section 3. Keys are the workspace names without their scope. */
export const ZONES: Readonly<Record<string, Zone>> = {
  kit: { folder: 'packages/kit', mayImport: [] },
  protocols: { folder: 'packages/protocols', mayImport: ['kit'] },
  contracts: { folder: 'packages/contracts', mayImport: ['kit'] },
  stores: { folder: 'packages/stores', mayImport: ['kit'] },
  db: { folder: 'packages/db', mayImport: ['kit'] },
  ledger: { folder: 'packages/ledger', mayImport: ['db', 'kit'] },
  gateway: { folder: 'packages/gateway', mayImport: ['protocols', 'kit'] },
  services: { folder: 'packages/services', mayImport: ['db', 'contracts', 'kit'] },
  api: { folder: 'packages/api', mayImport: ['services', 'contracts', 'kit'] },
  testing: { folder: 'packages/testing', mayImport: ['protocols', 'kit', 'db'] },
  console: { folder: 'apps/console', mayImport: ['contracts'] },
  server: { folder: 'apps/server', mayImport: PACKAGES },
  e2e: { folder: 'e2e', mayImport: ['kit', 'db', 'ledger', 'contracts', 'testing'] },
  bench: { folder: 'bench', mayImport: ['kit', 'protocols', 'gateway', 'contracts', 'testing', 'e2e'] },
  tooling: { folder: 'tooling', mayImport: ['e2e'] },
};

/** Parts that tests of every package may use besides their own arrows. */
export const TEST_MAY_IMPORT: readonly string[] = ['testing'];

/** Parts whose code runs in a browser: no built-in of Node, directly or through what they import. */
export const BROWSER_SAFE: readonly string[] = ['contracts'];

export interface Home {
  /** The library, matched as a package name or a prefix of it. */
  library: RegExp;
  /** Files that may import it. */
  files: RegExp;
  where: string;
}

/** Libraries with one home. */
export const HOMES: readonly Home[] = [
  {
    library: /^undici$/,
    files: /^packages\/gateway\/src\/upstream\/|^bench\//,
    where: 'packages/gateway/src/upstream',
  },
  {
    library: /^drizzle-(orm|kit)$/,
    files: /^packages\/(db|ledger|services)\//,
    where: 'packages/db, ledger and services',
  },
  {
    library: /^(redis|ioredis|iovalkey|@redis\/.+)$/,
    files: /^packages\/stores\/src\/([\w-]+\/)?redis[\w.-]*\.ts$|^e2e\//,
    where: 'packages/stores/src/*/redis.ts',
  },
  { library: /^next$/, files: /^apps\/console\//, where: 'apps/console' },
];

/** Files that may read the process environment whole. */
export const ENVIRONMENT_READERS: readonly RegExp[] = [
  /^apps\/server\/src\/config\.ts$/,
  /^apps\/console\/(src\/)?env\.ts$/,
  /(^|\/)([\w-]+-)?cli\.ts$/,
  /^packages\/db\/drizzle\.config\.ts$/,
  /^(tooling|bench)\//,
  /^e2e\//,
];

/** What a test may read: the services that the test command started, and the search path for a child process. */
export const TEST_ENVIRONMENT: readonly string[] = [
  'TEST_DATABASE_URL',
  'TEST_REDIS_URL',
  'CHROMIUM_PATH',
  'TEST_SERVER_PROGRAM',
  'PATH',
];
