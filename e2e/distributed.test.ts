// Three instances with one PostgreSQL and one Redis: limits hold over all of them, and each may fail.
import { setTimeout as sleep } from 'node:timers/promises';
import { createChannel, listChannels, updateChannel } from '@api-proxy/contracts/channels';
import { createKey, updateKey } from '@api-proxy/contracts/keys';
import { listPrices, withdrawPrice } from '@api-proxy/contracts/prices';
import { updateSettings } from '@api-proxy/contracts/settings';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { available } from './harness/available.ts';
import { type Cluster, killInstance, startCluster, workersOf } from './harness/cluster.ts';
import { newCustomer } from './harness/customer.ts';
import { startPaced } from './harness/paced.ts';

const QUICK = 'fake-claude';
const STREAM = 'fake-claude+events=4,interval=60';
const ENDLESS = 'fake-claude+events=2000,interval=200';
/** Models that channels of their own serve before the others. */
const BONDED = 'fake-claude+id=bonded';
const CAPPED = 'fake-claude+events=4,interval=60,id=capped';
const SETTLED = 'fake-claude+id=settled';
const COOLING = 'fake-claude+id=cooling';
const AWAY_MS = 30_000;
const FROZEN_MS = 8_000;
/** A change is over within this time; at this rate what lasts a tenth of a second is more than one request in a hundred. */
const MOMENT_MS = 2_500;
const PER_SECOND = 60;
const { databaseUrl, redisUrl } = available();

describe.skipIf(!databaseUrl || !redisUrl)('three instances', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster([QUICK, STREAM, ENDLESS, BONDED, CAPPED, COOLING, SETTLED]);
  }, 120_000);

  afterAll(() => cluster?.remove());

  type Shot = { secret: string; model?: string; stream?: boolean; session?: string; said?: string };

  const ask = (
    instance: number,
    { secret, model = QUICK, stream = false, session, said = 'hello' }: Shot,
  ): Promise<Response> =>
    fetch(`${cluster.instances[instance % 3]?.url}/v1/messages`, {
      method: 'POST',
      headers: {
        'x-api-key': secret,
        'content-type': 'application/json',
        'x-said': said,
        ...(session ? { 'x-session-id': session } : {}),
      },
      body: JSON.stringify({ model, max_tokens: 64, stream, messages: [{ role: 'user', content: said }] }),
    });

  /** The status, once the answer has ended. */
  const statusOf = async (instance: number, shot: Shot): Promise<number> => {
    const response = await ask(instance, shot);
    await response.arrayBuffer();
    return response.status;
  };

  const key = (limits: { rpm?: number; maxConcurrency?: number }) =>
    cluster.admin.call(createKey, { body: { name: 'limited', ...limits } });

  /** Most requests that the upstream ever had at the same time, among those after `from`. */
  const mostAtOnce = (from: number, credential = 'upstream-secret'): number => {
    const moments = cluster.upstream.witness
      .recent()
      .filter(({ sequence, headers }) => sequence > from && headers['x-api-key'] === credential)
      .flatMap(({ receivedAt, closedAt }) => [
        { at: receivedAt, step: 1 },
        { at: closedAt ?? Number.MAX_SAFE_INTEGER, step: -1 },
      ])
      .toSorted((a, b) => a.at - b.at || a.step - b.step);
    let now = 0;
    let most = 0;
    for (const { step } of moments) {
      now += step;
      most = Math.max(most, now);
    }
    return most;
  };

  it('100 requests per minute admit exactly 100 of 1,000 parallel ones', async () => {
    const { secret } = await key({ rpm: 100 });
    const statuses = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => statusOf(index, { secret })),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(100);
    expect(statuses.filter((status) => status === 429)).toHaveLength(900);
  }, 60_000);

  it('5 parallel places are never 6 at the upstream', async () => {
    const { secret } = await key({ maxConcurrency: 5 });
    const from = cluster.upstream.witness.last()?.sequence ?? 0;
    const client = async (index: number) => {
      const statuses: number[] = [];
      for (let turn = 0; turn < 8; turn += 1)
        statuses.push(await statusOf(index + turn, { secret, model: STREAM, stream: true }));
      return statuses;
    };
    const statuses = (await Promise.all(Array.from({ length: 20 }, (_, index) => client(index)))).flat();
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(5);
    expect(statuses.every((status) => status === 200 || status === 429)).toBe(true);
    expect(mostAtOnce(from)).toBe(5);
  }, 60_000);

  /** Channel keys, by their credential, that a session was sent to. */
  const credentialsOf = (text: string, name: 'x-session-id' | 'x-said' = 'x-session-id') =>
    cluster.upstream.witness
      .recent()
      .filter(({ headers }) => headers[name] === text)
      .map(({ headers }) => headers['x-api-key']);

  /** Adds a channel for one model, tried before the others, and waits until every instance sends there. */
  const addChannel = async (
    credential: string,
    model: string,
    over: { maxConcurrency?: number; extraHeaders?: Record<string, string>; enabled?: boolean } = {},
  ) => {
    const keys = [{ secret: credential }];
    const shared = { name: credential, type: 'claude', baseUrl: cluster.upstream.url } as const;
    await cluster.admin.call(createChannel, {
      body: { ...shared, keys, models: [model], priority: 10, ...over },
    });
  };

  /** Until every instance tries this channel key for the model. */
  const knownEverywhere = async (secret: string, model: string, credential: string) => {
    for (const instance of [0, 1, 2]) {
      let turn = 0;
      const tried = async () => {
        const session = `known ${credential} ${instance} ${turn++}`;
        await statusOf(instance, { secret, model, session });
        return credentialsOf(session);
      };
      await expect.poll(tried, { timeout: 10_000, interval: 50 }).toContain(credential);
    }
  };

  const addBonded = async (): Promise<void> => {
    const { secret } = await key({});
    for (const name of ['bond-1', 'bond-2', 'bond-3']) {
      await addChannel(name, BONDED);
      await knownEverywhere(secret, BONDED, name);
    }
  };
  let adding: Promise<void> | undefined;
  /** Three channels for one model. */
  const bonded = (): Promise<void> => {
    adding ??= addBonded();
    return adding;
  };

  it('conversations that begin alike meet at one channel key, at the same moment on all instances', async () => {
    await bonded();
    const { secret } = await key({});
    const used = new Set<unknown>();
    for (let count = 0; count < 12; count += 1) {
      const said = `beginning ${count}`;
      const shot = { secret, model: BONDED, said };
      const statuses = await Promise.all([0, 1, 2, 0, 1, 2].map((instance) => statusOf(instance, shot)));
      expect(new Set(statuses)).toEqual(new Set([200]));
      const credentials = credentialsOf(said, 'x-said');
      expect(credentials).toHaveLength(6);
      expect(new Set(credentials).size).toBe(1);
      used.add(credentials[0]);
    }
    expect(used.size).toBeGreaterThan(1);
  }, 60_000);

  it('a conversation stays on its channel key, whichever instance it comes to', async () => {
    await bonded();
    const { secret } = await key({});
    const used = new Set<unknown>();
    for (let count = 0; count < 8; count += 1) {
      const session = `conversation ${count}`;
      for (let turn = 0; turn < 6; turn += 1) {
        expect(await statusOf(count + turn, { secret, model: BONDED, session })).toBe(200);
        // What was bound is told at once, but not waited for.
        if (turn === 0) await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const credentials = credentialsOf(session);
      expect(credentials).toHaveLength(6);
      expect(new Set(credentials).size).toBe(1);
      used.add(credentials[0]);
    }
    expect(used.size).toBeGreaterThan(1);
  }, 60_000);

  it('a channel for 5 parallel calls never has 6, from all instances together', async () => {
    const { secret } = await key({});
    await addChannel('capped', CAPPED, { maxConcurrency: 5 });
    await knownEverywhere(secret, CAPPED, 'capped');
    const from = cluster.upstream.witness.last()?.sequence ?? 0;
    const client = async (index: number) => {
      for (let turn = 0; turn < 6; turn += 1)
        expect(await statusOf(index + turn, { secret, model: CAPPED, stream: true })).toBe(200);
    };
    await Promise.all(Array.from({ length: 20 }, (_, index) => client(index)));
    expect(mostAtOnce(from, 'capped')).toBe(5);
  }, 60_000);

  it('a cooldown is known to a fresh instance', async () => {
    const { secret } = await key({});
    await addChannel('cooling', COOLING, { extraHeaders: { 'x-fake-behaviour': '429,retry-after=55' } });
    const tried = () =>
      cluster.upstream.witness.recent().filter(({ headers }) => headers['x-api-key'] === 'cooling').length;
    await expect
      .poll(async () => [await statusOf(0, { secret, model: COOLING }), tried()], { timeout: 10_000 })
      .toEqual([200, 1]);
    const third = cluster.instances[2];
    await third.stop();
    await third.start();
    for (let count = 0; count < 10; count += 1)
      expect(await statusOf(2, { secret, model: COOLING })).toBe(200);
    expect(tried()).toBe(1);
  }, 90_000);

  it('a changed channel and a disabled key are in force everywhere within two seconds', async () => {
    const { secret, ...created } = await key({});
    const everywhere = async (status: number) => {
      const seen = async () => Promise.all([0, 1, 2].map((instance) => statusOf(instance, { secret })));
      await expect.poll(seen, { timeout: 2_000, interval: 50 }).toEqual([status, status, status]);
    };
    await everywhere(200);
    const { items } = await cluster.admin.call(listChannels, {});
    const channel = items.find(({ name }) => name === 'claude');
    const switchTo = (enabled: boolean) =>
      cluster.admin.call(updateChannel, { params: { channelId: channel?.id ?? '' }, body: { enabled } });
    await switchTo(false);
    await everywhere(503);
    await switchTo(true);
    await everywhere(200);
    await cluster.admin.call(updateKey, { params: { keyId: created.key.id }, body: { status: 'disabled' } });
    await everywhere(401);
  }, 30_000);

  it('a changed setting and a withdrawn price are in force everywhere within two seconds', async () => {
    const url = cluster.instances[0].url;
    const customer = { name: 'settings-customer', balance: 5_000_000_000n };
    const { secret } = await newCustomer(url, cluster.admin, customer);
    const answered = (instance: number) => statusOf(instance, { secret, model: SETTLED });
    const everywhere = async (wanted: 'served' | 'refused') => {
      const seen = async () =>
        (await Promise.all([0, 1, 2].map(answered))).map((status) => (status === 200 ? 'served' : 'refused'));
      await expect.poll(seen, { timeout: 2_000, interval: 50 }).toEqual([wanted, wanted, wanted]);
    };
    await everywhere('served');
    await cluster.admin.call(updateSettings, { body: { maintenanceOn: true } });
    await everywhere('refused');
    await cluster.admin.call(updateSettings, { body: { maintenanceOn: null } });
    await everywhere('served');
    const { items } = await cluster.admin.call(listPrices, { query: { model: SETTLED } });
    await cluster.admin.call(withdrawPrice, { params: { priceId: items[0]?.id ?? '' } });
    await everywhere('refused');
  }, 30_000);

  it('an instance with two workers goes on when one is killed, and starts it again', async () => {
    const { secret } = await key({});
    const third = cluster.instances[2];
    const before = workersOf(third);
    expect(before).toHaveLength(2);
    const [victim = 0, other = 0] = before;
    process.kill(victim, 'SIGKILL');
    await expect.poll(() => workersOf(third).includes(victim)).toBe(false);
    expect(await statusOf(2, { secret })).toBe(200);
    await expect
      .poll(() => workersOf(third).filter((pid) => pid !== other), { timeout: 15_000 })
      .toHaveLength(1);
  }, 30_000);

  const health = async (instance: number): Promise<string> => {
    const answer = await fetch(`${cluster.instances[instance]?.url}/api/health`);
    return ((await answer.json()) as { status: string }).status;
  };
  const allAre = (status: string) =>
    expect
      .poll(() => Promise.all([0, 1].map(health)), { timeout: 10_000, interval: 50 })
      .toEqual([status, status]);
  const said = (text: RegExp) =>
    cluster.instances.slice(0, 2).map((instance) => instance.output().match(text)?.length ?? 0);

  it.each([
    ['is gone', AWAY_MS, () => cluster.redis.stop(), () => cluster.redis.start()],
    ['stands still', FROZEN_MS, () => cluster.redis.freeze(), () => cluster.redis.thaw()],
  ])(
    'no request fails or waits because Redis %s for a time, and each instance says so once',
    async (_how, awayMs, leave, come) => {
      const { secret } = await key({ rpm: 100_000, maxConcurrency: 1_000 });
      const [away, reached] = [said(/redis is away/g), said(/redis is reached/g)];
      const load = startPaced(PER_SECOND, (index) => statusOf(index, { secret }));
      await sleep(MOMENT_MS);
      const fromMs = performance.now();
      await sleep(2 * MOMENT_MS);
      const leftMs = performance.now();
      await leave();
      await allAre('degraded');
      await sleep(leftMs + awayMs - performance.now());
      const cameMs = performance.now();
      await come();
      await allAre('ok');
      await sleep(Math.max(0, cameMs + MOMENT_MS - performance.now()));
      await load.stop();
      const withRedisMs = load.p99(fromMs, leftMs);
      // The moments of change are looked at by themselves: among all requests they would not be seen.
      expect(load.p99(leftMs, leftMs + MOMENT_MS) - withRedisMs).toBeLessThan(300);
      expect(load.p99(leftMs + MOMENT_MS, cameMs) - withRedisMs).toBeLessThan(300);
      expect(load.p99(cameMs, cameMs + MOMENT_MS) - withRedisMs).toBeLessThan(300);
      expect(load.answers.filter(({ status }) => status !== 200)).toEqual([]);
      expect(said(/redis is away/g)).toEqual(away.map((count) => count + 1));
      expect(said(/redis is reached/g)).toEqual(reached.map((count) => count + 1));
      // Shared again: ten per minute are ten over all instances.
      const { secret: few } = await key({ rpm: 10 });
      const shared = await Promise.all(
        Array.from({ length: 30 }, (_, index) => statusOf(index, { secret: few })),
      );
      expect(shared.filter((status) => status === 200)).toHaveLength(10);
    },
    120_000,
  );

  it('without Redis each instance goes on with its part of a limit, and they share it again', async () => {
    let secret = '';
    const admitted = async () => {
      const statuses = Array.from({ length: 300 }, (_, index) => statusOf(index, { secret }));
      return (await Promise.all(statuses)).filter((status) => status === 200).length;
    };
    await cluster.redis.stop();
    await allAre('degraded');
    // How many workers there are is counted from time to time: one that has just started knows itself alone.
    let alone = 0;
    const withNewKey = async () => {
      secret = (await key({ rpm: 90 })).secret;
      alone = await admitted();
      return alone;
    };
    await expect.poll(withNewKey, { timeout: 60_000, interval: 1_000 }).toBeLessThanOrEqual(90);
    expect(alone).toBeGreaterThan(45);
    await cluster.redis.start();
    // The third instance has two workers, of which any may answer.
    const all = () => Promise.all([0, 1, 2, 2, 2, 2, 2, 2].map(health));
    await expect.poll(all, { timeout: 10_000, interval: 50 }).toEqual(Array(8).fill('ok'));
    // What was admitted meanwhile counts.
    expect(await admitted()).toBe(90 - alone);
  }, 90_000);

  it('the places of an instance that was killed are free within a minute', async () => {
    const { secret } = await key({ maxConcurrency: 2 });
    const held = await Promise.all([1, 1].map((at) => ask(at, { secret, model: ENDLESS, stream: true })));
    expect(held.map(({ status }) => status)).toEqual([200, 200]);
    expect(await statusOf(0, { secret })).toBe(429);
    killInstance(cluster.instances[1]);
    const killedMs = performance.now();
    await Promise.allSettled(held.map((response) => response.arrayBuffer()));
    await expect.poll(() => statusOf(0, { secret }), { timeout: 70_000, interval: 1_000 }).toBe(200);
    expect(performance.now() - killedMs).toBeLessThan(62_000);
  }, 90_000);
});
