// The link to Redis: says its first state once, and is not fooled by a busy process.
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { createLogger, silentLogger } from '@api-proxy/kit/logger';
import { describe, expect, it } from 'vitest';
import { openRedisLink, type RedisLink, script } from './redis.ts';

const url = process.env.TEST_REDIS_URL;

/** A link to what is to be taken for Redis, and the lines that it logs. */
async function linkTo(server: Server): Promise<{ link: RedisLink; lines: string[] }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const lines: string[] = [];
  const logger = createLogger({
    name: 'test',
    level: 'info',
    destination: { write: (line) => void lines.push(line) },
  });
  return { link: openRedisLink({ url: `redis://127.0.0.1:${port}`, logger }), lines };
}

it('a Redis that was never there is reported once, however often it is tried', async () => {
  let attempts = 0;
  const refusing = createServer((socket) => {
    attempts += 1;
    socket.destroy();
  });
  const { link, lines } = await linkTo(refusing);
  await expect.poll(() => attempts, { timeout: 5_000 }).toBeGreaterThan(3);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('redis is away');
  await link.close();
  refusing.close();
});

/** Speaks just enough of the protocol: takes every command, but for writes while it is a replica. */
function replica(state: { readOnly: boolean }) {
  return createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      for (const [, name = ''] of String(bytes).matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        const command = name.toLowerCase();
        if (command === 'info') socket.write('$9\r\nloading:0\r\n');
        else if (state.readOnly && (command === 'set' || command === 'evalsha'))
          socket.write("-READONLY You can't write against a read only replica.\r\n");
        else socket.write('+OK\r\n');
      }
    });
  });
}

it('a Redis that takes no writes is away, though it answers, until it takes one', async () => {
  const state = { readOnly: true };
  const server = replica(state);
  const { link, lines } = await linkTo(server);
  await expect.poll(() => link.state(), { timeout: 5_000 }).toBe('up');
  const write = script('return redis.call("set", KEYS[1], 1)');
  await expect(link.run(write, ['k'], [])).rejects.toThrow('READONLY');
  expect(link.state()).toBe('down');
  // It is asked again, and again refuses.
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(link.state()).toBe('down');
  expect(lines.filter((line) => line.includes('redis is away'))).toHaveLength(1);
  state.readOnly = false;
  await expect.poll(() => link.state(), { timeout: 5_000 }).toBe('up');
  expect(await link.run(write, ['k'], [])).toBe('OK');
  await link.close();
  server.close();
});

describe.skipIf(!url)('with redis', () => {
  it('an answer that arrived while the process was busy is not a missed deadline', async () => {
    const link = openRedisLink({ url: url ?? '', logger: silentLogger });
    await expect.poll(() => link.state(), { timeout: 5_000 }).toBe('up');
    const echo = script('return 7');
    await link.run(echo, ['warm'], []);
    const answer = link.run(echo, ['warm'], []);
    // The command leaves the process, then nothing is read for longer than the deadline.
    await new Promise((resolve) => setImmediate(resolve));
    const busyUntil = performance.now() + 300;
    while (performance.now() < busyUntil);
    expect(await answer).toBe(7);
    expect(link.state()).toBe('up');
    await link.close();
  });
});
