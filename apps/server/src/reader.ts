// The reader: a process of its own for the part of the API that only reads the database, so that pages cost the relay nothing.
import { createServer, type Server } from 'node:http';
import process from 'node:process';
import { createReadApi } from '@api-proxy/api/read-api';
import { openDatabase } from '@api-proxy/db/open';
import { systemClock } from '@api-proxy/kit/clock';
import { createLogger } from '@api-proxy/kit/logger';
import { createSessions } from '@api-proxy/services/auth/sessions';
import { apiHandler } from './api-handler.ts';
import { parseToWorker, type WorkerSettings } from './child-messages.ts';
import { giveUp, sayReady } from './child-side.ts';
import { programVersion } from './version.ts';

/** A page asks for a handful of things at once. */
const POOL_SIZE = 4;

type Running = { server: Server; close(): Promise<void> };

async function start(settings: WorkerSettings): Promise<Running> {
  const log = createLogger({ name: 'reader', level: settings.logLevel });
  const { db, close } = openDatabase({
    url: settings.databaseUrl.reveal(),
    poolSize: Math.min(POOL_SIZE, settings.databasePoolSize),
    applicationName: 'api-proxy reader',
    onIdleError: (err) => log.warn({ err }, 'a connection to the database broke'),
  });
  const publicUrl = settings.publicUrl ?? null;
  const api = createReadApi({
    ports: { db, clock: systemClock, siteInfo: { version: programVersion(), publicUrl } },
    auth: createSessions({ db, appSecret: settings.appSecret, publicUrl, logger: log }),
    logger: log,
  });
  const server = createServer(apiHandler(api));
  // Connections are kept by the workers, which close them.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return { server, close };
}

async function stop({ server, close }: Running): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  await closed;
  await close();
}

function serve(): void {
  let running: Promise<Running> | undefined;
  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    const started = await running;
    if (started) await stop(started);
    process.exit(0);
  };
  process.on('message', (raw: unknown) => {
    const message = parseToWorker(raw);
    if (message?.type === 'start' && !running) {
      running = start(message.settings);
      running.then(({ server }) => sayReady(server), giveUp);
    }
    if (message?.type === 'drain') end().catch(giveUp);
  });
  process.on('disconnect', () => end().catch(giveUp));
  // Ends by message only, after the supervisor has decided on the order.
  process.on('SIGINT', () => undefined);
}

serve();
