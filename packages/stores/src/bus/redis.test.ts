// The bus over Redis passes the contract and reaches other processes.
import { silentLogger } from '@api-proxy/kit/logger';
import { afterEach, describe, expect, it } from 'vitest';
import { openRedisLink, type RedisLink } from '../link/redis.ts';
import { busContract } from './contract.ts';
import type { Bus } from './port.ts';
import { redisBus } from './redis.ts';

const url = process.env.TEST_REDIS_URL;

describe.skipIf(!url)('bus over redis', () => {
  const links: RedisLink[] = [];

  const open = async (): Promise<Bus> => {
    const link = openRedisLink({ url: url ?? '', logger: silentLogger });
    links.push(link);
    await expect.poll(() => link.state(), { timeout: 5_000 }).toBe('up');
    const bus = redisBus({ link, logger: silentLogger });
    // Subscribed for sure once a message has come round.
    let round = false;
    const end = bus.subscribe('warm-up', () => {
      round = true;
    });
    await expect
      .poll(() => {
        bus.publish('warm-up', {});
        return round;
      })
      .toBe(true);
    end();
    return bus;
  };

  afterEach(async () => {
    await Promise.all(links.splice(0).map((link) => link.close()));
  });

  busContract(open);

  it('a message of one process is heard in another', async () => {
    const [here, there] = [await open(), await open()];
    const heard: unknown[] = [];
    there.subscribe('config', (payload) => heard.push(payload));
    await expect
      .poll(() => {
        here.publish('config', { version: 7 });
        return heard.length;
      })
      .toBeGreaterThan(0);
    expect(heard[0]).toEqual({ version: 7 });
    await Promise.all([here.close(), there.close()]);
  });
});
