// `bun run seed <scenario>`: fills an empty database with data for development.
import { messageOf } from '@api-proxy/kit/error';
import { createLogger, type Logger } from '@api-proxy/kit/logger';
import { loadConfig } from './config.ts';
import { freeLoopbackPort } from './console-process.ts';
import { demoScenario, type ScenarioOptions } from './seed/demo-scenario.ts';
import { startInstallation } from './supervisor.ts';

const SCENARIOS: Readonly<Record<string, (options: ScenarioOptions) => Promise<string>>> = {
  demo: demoScenario,
};

async function seed(name: string | undefined): Promise<number> {
  const scenario = Object.entries(SCENARIOS).find(([known]) => known === name)?.[1];
  if (!scenario) {
    process.stderr.write(
      `usage: bun run seed <scenario>   scenarios: ${Object.keys(SCENARIOS).join(', ')}\n`,
    );
    return 2;
  }
  const config = loadConfig();
  if (config.production) {
    process.stderr.write('The seed is for development: it does not touch a production database.\n');
    return 2;
  }
  const log: Logger = createLogger({ name: 'seed', level: 'error' });
  const installation = await startInstallation({
    // Beside whatever uses the usual port, for this machine only, without pages.
    config: {
      ...config,
      role: 'gateway',
      hostname: '127.0.0.1',
      port: await freeLoopbackPort(),
      publicUrl: undefined,
      logLevel: 'error',
    },
    development: false,
    log,
  });
  try {
    const { url, databaseUrl } = installation;
    process.stdout.write(`${await scenario({ url, databaseUrl, log })}\n`);
    return 0;
  } finally {
    await installation.stop(0);
  }
}

seed(process.argv[2]).then(
  (code) => process.exit(code),
  (thrown: unknown) => {
    process.stderr.write(`The seed failed: ${messageOf(thrown)}\n`);
    process.exit(1);
  },
);
