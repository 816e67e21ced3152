// The test services: they serve while the tests run, and nothing of them is left afterwards.
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import process from 'node:process';
import pg from 'pg';
import { expect, it } from 'vitest';
import { startProgram } from './harness/program.ts';
import { startTestServices } from './harness/services.ts';

function canConnect(url: string): Promise<boolean> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

it('whatever is installed serves, and is gone after the stop', async () => {
  const services = await startTestServices({ PATH: process.env.PATH });
  const { TEST_DATABASE_URL: database, TEST_REDIS_URL: redis } = services.env;
  try {
    if (database) {
      const client = new pg.Client({ connectionString: database });
      await client.connect();
      expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
      await client.end();
    }
    if (redis) expect(await canConnect(redis)).toBe(true);
    // Each part is either there or named as missing; none is lost.
    expect(Object.keys(services.env).length + services.missing.length).toBe(3);
  } finally {
    await services.stop();
  }
  for (const url of [database, redis]) if (url) expect(await canConnect(url)).toBe(false);
});

it('a machine without the programs gets their names and reasons, not a failure', async () => {
  const services = await startTestServices({ PATH: '/nonexistent' });
  await services.stop();
  const reasons = services.missing.map(({ reason }) => reason).join();
  expect(reasons).toContain('redis-server');
  expect(reasons).toContain('chromium');
});

it('given addresses are used as they are', async () => {
  const given = { TEST_DATABASE_URL: 'postgres://a/b', TEST_REDIS_URL: 'redis://a', CHROMIUM_PATH: '/c' };
  const services = await startTestServices({ PATH: process.env.PATH, ...given });
  await services.stop();
  expect(services.env).toEqual(given);
  expect(services.missing).toEqual([]);
});

it('a program that ends before it is ready is a failure with what it printed, and leaves no process', async () => {
  const plan = {
    file: process.execPath,
    args: ['-e', 'console.error("cannot bind"); process.exit(3)'],
    options: { env: {}, cwd: '.' },
    ready: /never/,
    stopSignal: 'SIGTERM' as const,
  };
  await expect(startProgram(plan)).rejects.toThrow(/cannot bind/);
});

it('a program that ignores its signal is ended all the same', async () => {
  const source = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')`;
  const program = await startProgram({
    file: process.execPath,
    args: ['-e', source],
    options: { env: {}, cwd: '.' },
    ready: /up/,
    stopSignal: 'SIGTERM',
    stopMs: 200,
  });
  await program.stop();
  expect(existsSync(`/proc/${program.pid}`)).toBe(false);
});
