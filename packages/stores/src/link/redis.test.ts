// The link to Redis: says its first state once, and is not fooled by a busy process.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createLogger, silentLogger } from '@api-proxy/kit/logger';
import { describe, expect, it } from 'vitest';
import { openRedisLink, script } from './redis.ts';

const url = process.env.TEST_REDIS_URL;

it('a Redis that was never there is reported once, however often it is tried', async () => {
  let attempts = 0;
  const refusing = createServer((socket) => {
    attempts += 1;
    socket.destroy();
  });
  refusing.listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  const address = refusing.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const lines: string[] = [];
  const logger = createLogger({
    name: 'test',
    level: 'info',
    destination: { write: (line) => void lines.push(line) },
  });
  const link = openRedisLink({ url: `redis://127.0.0.1:${port}`, logger });
  await expect.poll(() => attempts, { timeout: 5_000 }).toBeGreaterThan(3);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('redis is away');
  await link.close();
  refusing.close();
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
