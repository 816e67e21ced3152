// Entry of `npm start` and `bun run dev`: the supervisor's command line.
import { SECOND_MS } from '@api-proxy/kit/duration';
import { AppError, messageOf } from '@api-proxy/kit/error';
import { createLogger } from '@api-proxy/kit/logger';
import { loadConfig } from './config.ts';
import { type Installation, startInstallation } from './supervisor.ts';
import { programVersion } from './version.ts';

/** After SIGTERM, load balancers have this long to notice that the instance is not ready. */
const GRACE_MS = 5 * SECOND_MS;
/** npm and launchers pass Ctrl-C on although the terminal already sent it to everybody: that is not a second wish. */
const SAME_KEY_PRESS_MS = 500;

async function main(development: boolean): Promise<void> {
  const config = loadConfig();
  const log = createLogger({ name: 'supervisor', level: config.logLevel });
  const stop = stopOnSignals();
  const installation = await startInstallation({ config, development, log });
  process.stdout.write(`${bootLine(installation, config.role)}\n`);
  stop.attach(installation);
}

/** The one line that says what runs here; on standard output whatever the log level is. */
function bootLine({ mode, schema, url }: Installation, role: string): string {
  return `api-proxy ${programVersion()} is ready: mode ${mode}, role ${role}, schema ${schema}, ${url}`;
}

/** Handles signals from the first moment on: one that arrives while starting is carried out as soon as that is done. */
function stopOnSignals(): { attach(installation: Installation): void } {
  let installation: Installation | undefined;
  let askedAtMs: number | undefined;
  let graceMs = 0;
  const drain = (running: Installation) => {
    running.stop(graceMs).then(() => process.exit(0), fail);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    const now = performance.now();
    if (askedAtMs !== undefined) {
      if (now - askedAtMs < SAME_KEY_PRESS_MS) return;
      installation?.kill();
      process.exit(130);
    }
    askedAtMs = now;
    // Ctrl-C comes from a person, with no load balancer waiting to be told.
    graceMs = signal === 'SIGTERM' ? GRACE_MS : 0;
    if (installation) drain(installation);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal);
  return {
    attach: (started) => {
      installation = started;
      if (askedAtMs !== undefined) drain(started);
    },
  };
}

function fail(thrown: unknown): void {
  const text = thrown instanceof AppError ? thrown.message : `api-proxy can't start: ${messageOf(thrown)}`;
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

main(process.argv.includes('--dev')).catch(fail);
