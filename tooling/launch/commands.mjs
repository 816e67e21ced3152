// The commands of the project: what each one runs, and whether it needs the built console.

/**
 * @typedef {object} Command
 * @property {string} about one line for the list of commands
 * @property {string[]} [run] arguments for the shipped Node; without it the command ends after its preparation
 * @property {string} [cwd] folder to run in, relative to the checkout
 * @property {boolean} [console] true when the production build of the console must be fresh
 * @property {boolean} [server] true when the bundle of the server must be fresh
 */

const DRIZZLE_KIT = ['node_modules/drizzle-kit/bin.cjs'];
const DRIZZLE_CONFIG = ['--config', 'drizzle.config.ts'];

/** @type {Record<string, Command>} */
export const COMMANDS = {
  start: {
    about: 'production server on port 3000',
    run: ['apps/server/dist/main.js'],
    ...{ server: true, console: true },
  },
  dev: { about: 'development server with hot reload', run: ['apps/server/src/main.ts', '--dev'] },
  build: { about: 'production build of server and console', server: true, console: true },
  test: {
    about: 'every check and every test on both databases',
    run: ['tooling/test.ts'],
    ...{ server: true, console: true },
  },
  verify: {
    about: 'format, lint, types, boundaries, sizes, messages, unit tests',
    run: ['tooling/verify.ts'],
  },
  demo: {
    about: 'throw-away relay with a scripted upstream and one request',
    run: ['apps/server/dist/demo.js'],
    ...{ server: true, console: true },
  },
  seed: { about: 'data for development', run: ['apps/server/src/seed.ts'] },
  'fake-upstream': {
    about: 'the scripted upstream alone',
    run: ['packages/testing/src/fake-upstream-cli.ts'],
  },
  bench: { about: 'the benchmarks', run: ['bench/src/main.ts'], server: true },
  'db:studio': {
    about: 'Drizzle Studio',
    run: [...DRIZZLE_KIT, 'studio', ...DRIZZLE_CONFIG],
    cwd: 'packages/db',
  },
  'db:pg:generate': {
    about: 'new migration from the schema',
    run: [...DRIZZLE_KIT, 'generate', ...DRIZZLE_CONFIG],
    cwd: 'packages/db',
  },
  'db:pg:push': {
    about: 'push the schema without a migration (development only)',
    run: [...DRIZZLE_KIT, 'push', ...DRIZZLE_CONFIG],
    cwd: 'packages/db',
  },
  'db:pg:migrate': { about: 'apply the migrations', run: ['packages/db/src/cli.ts', 'migrate'] },
  'db:pg:init': { about: 'initialise a database at run time', run: ['packages/db/src/cli.ts', 'init'] },
};

/**
 * The list of commands as text, one a line.
 * @returns {string}
 */
export function commandList() {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  return Object.entries(COMMANDS)
    .map(([name, command]) => `  ${name.padEnd(width)}  ${command.about}`)
    .join('\n');
}
