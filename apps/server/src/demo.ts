// `npm run demo`: a throw-away relay in front of a fake upstream, one request through it, and how to go on from there.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { messageOf } from '@api-proxy/kit/error';
import { createLogger } from '@api-proxy/kit/logger';
import { startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { parseConfig } from './config.ts';
import { furnish } from './demo/furnish.ts';
import { DEMO_BODY, streamAnswer } from './demo/streamed-answer.ts';
import { startInstallation } from './supervisor.ts';

const FIRST_PORT = 3000;
const PORTS_TRIED = 100;
/** Only this machine: the demo's upstream accepts anybody's requests. */
const HOST = '127.0.0.1';

type Cleanup = () => Promise<void> | void;

async function demo(once: boolean, cleanups: Cleanup[]): Promise<void> {
  say('Starting a throw-away relay …');
  const dataDir = mkdtempSync(path.join(tmpdir(), 'api-proxy-demo-'));
  cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const upstream = await startFakeUpstream();
  cleanups.push(upstream.close);
  const variables = {
    DATA_DIR: dataDir,
    HOSTNAME: HOST,
    PORT: String(await nextFreePort(FIRST_PORT)),
    LOG_LEVEL: 'error',
    DRAIN_TIMEOUT_S: '5',
    // A single request needs no pages.
    ROLE: once ? 'gateway' : 'all',
  };
  const config = parseConfig(variables, dataDir);
  const log = createLogger({ name: 'supervisor', level: config.logLevel });
  const installation = await startInstallation({ config, development: false, log });
  cleanups.push(() => installation.stop(0));
  const { url } = installation;
  const admin = {
    name: 'Demo',
    email: 'demo@example.com',
    password: `demo-${randomBytes(6).toString('hex')}`,
  };
  const { secret } = await furnish({ url, upstreamUrl: upstream.url, admin });
  say(`\n> ${DEMO_BODY.messages[0]?.content}`);
  await streamAnswer({ url, secret }, (text) => process.stdout.write(text));
  say(`\n\n${waysOn({ url, secret, ...admin })}`);
  if (once) return;
  say('Ctrl-C ends the demo and removes its data.');
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

function waysOn(facts: { url: string; secret: string; email: string; password: string }): string {
  const { url, secret, email, password } = facts;
  return [
    `Console   ${url}`,
    `Log-in    ${email}  ${password}`,
    `Key       ${secret}`,
    '',
    `curl -N ${url}/v1/messages -H 'x-api-key: ${secret}' -H 'content-type: application/json' -d '${JSON.stringify(DEMO_BODY)}'`,
    '',
  ].join('\n');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function nextFreePort(first: number): Promise<number> {
  for (let port = first; port < first + PORTS_TRIED; port += 1) {
    if (await isFree(port)) return port;
  }
  return 0;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    // Every address: a program on 0.0.0.0 would answer on loopback in the demo's place on some systems.
    probe.listen({ port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

async function main(): Promise<void> {
  const cleanups: Cleanup[] = [];
  try {
    await demo(process.argv.includes('--once'), cleanups);
  } catch (thrown) {
    process.stderr.write(`\nThe demo failed: ${messageOf(thrown)}\n`);
    process.exitCode = 1;
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup();
  }
}

main().then(() => process.exit());
