// Promise: a dead upstream is learnt at once, and an outage of the relay's own network is blamed on nobody.
import { createServer } from 'node:http';
import type { LookupFunction } from 'node:net';
import { manualClock, systemClock } from '@api-proxy/kit/clock';
import { afterEach, expect, it } from 'vitest';
import { MemoryChannelHealth } from '../routing/health.ts';
import type { Channel } from '../snapshot.ts';
import { call, channel, portOf, snapshot, startRelay } from './harness.ts';

const ANSWER = JSON.stringify({
  choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
});
const STEP_MS = 10_000;

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

type Place = { readonly host: string; readonly over?: Partial<Channel> };

/** A channel per place, all answered by one server; of the hosts in `gone` there is no name, and no connection is kept. */
async function scene(places: readonly Place[], failuresToOpen: number) {
  const gone = new Set<string>();
  const lookup: LookupFunction = (name, options, done) => {
    if (gone.has(name)) return done(Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' }), '', 4);
    if (options.all) done(null, [{ address: '127.0.0.1', family: 4 }]);
    else done(null, '127.0.0.1', 4);
  };
  const server = createServer((req, res) => {
    req.resume();
    res.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end(ANSWER);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({ close: () => server.close().closeAllConnections() });
  const clock = manualClock();
  const health = new MemoryChannelHealth(
    () => ({ minMs: 1_000, maxMs: 60_000, failuresToOpen }),
    () => 0.5,
  );
  const port = portOf(server.address());
  const channels = places.map(({ host, over }, index) =>
    channel({ id: `c${index}`, baseUrl: `http://${host}:${port}`, ...over }),
  );
  const relay = await startRelay(snapshot(channels), {
    ...{ health, lookup, clock: { nowMs: clock.nowMs, monotonicMs: systemClock.monotonicMs } },
  });
  open.unshift(relay);
  let conversations = 0;
  const send = async () => {
    const messages = [{ role: 'user', content: `conversation ${conversations++}` }];
    return (await call({ port: relay.port, path: '/v1/chat/completions', body: { model: 'm', messages } }))
      .status;
  };
  const each = <T>(look: (keyId: string) => T) => channels.map(({ id }) => look(`${id}_key`));
  return {
    ...{ gone, clock, relay, send },
    /** One request after the other, some time apart. */
    sendMany: async (count: number) => {
      const got: number[] = [];
      for (let sent = 0; sent < count; sent++) {
        got.push(await send());
        clock.advance(STEP_MS);
      }
      return got;
    },
    breakers: () => each((keyId) => health.breaker(keyId, clock.nowMs())),
    cooling: () => each((keyId) => health.coolingUntilMs(keyId, 'm') > clock.nowMs()),
    /** What the last request tried. */
    tried: () => [...new Set(relay.records.at(-1)?.attempts.map(({ channelId }) => channelId))],
  };
}

const hosts = (count: number, over: (index: number) => Partial<Channel> = () => ({})): Place[] =>
  Array.from({ length: count }, (_, index) => ({ host: `h${index}.test`, over: over(index) }));

it('while no host can be reached nobody is blamed, also where most channels were not tried; then all come back', async () => {
  const { gone, send, breakers, cooling, tried } = await scene(hosts(10), 1);
  expect(await send()).toBe(200);
  for (let index = 0; index < 10; index++) gone.add(`h${index}.test`);
  expect(await send()).toBe(502);
  expect(tried()).toHaveLength(3);
  for (let count = 0; count < 20; count++) expect(await send()).toBe(502);
  expect(breakers()).toEqual(Array(10).fill('closed'));
  expect(cooling()).toEqual(Array(10).fill(true));

  gone.clear();
  for (let count = 0; count < 10; count++) expect(await send()).toBe(200);
  expect(cooling()).toEqual(Array(10).fill(false));
});

it('without a request, what could not be reached is left alone for a minute', async () => {
  const { gone, clock, send, cooling } = await scene(hosts(2), 1);
  for (const host of ['h0.test', 'h1.test']) gone.add(host);
  expect(await send()).toBe(502);
  clock.advance(59_999);
  expect(cooling()).toEqual([true, true]);
  clock.advance(1);
  expect(cooling()).toEqual([false, false]);
});

it('three dead ones of ten that use up the attempts cost one request, however seldom one comes', async () => {
  const places = hosts(10, (index) => ({ priority: index < 3 ? 1 : 0 }));
  const { gone, clock, send, sendMany, breakers } = await scene(places, 3);
  for (let index = 0; index < 3; index++) gone.add(`h${index}.test`);
  expect(await sendMany(20)).toEqual([502, ...Array(19).fill(200)]);
  expect(breakers().slice(3)).toEqual(Array(7).fill('closed'));
  expect(breakers().slice(0, 3)).not.toContain('closed');

  gone.clear();
  clock.advance(600_000);
  for (let count = 0; count < 60; count++) expect(await send()).toBe(200);
  expect(breakers()).toEqual(Array(10).fill('closed'));
});

it('a single dead one is learnt with the first request, also where it is all there is', async () => {
  const many = await scene(
    hosts(10, (index) => ({ priority: -index })),
    1,
  );
  many.gone.add('h0.test');
  expect(await many.send()).toBe(200);
  expect(many.breakers()).toEqual(['open', ...Array(9).fill('closed')]);

  const alone = await scene(hosts(1), 1);
  alone.gone.add('h0.test');
  expect(await alone.send()).toBe(502);
  expect(alone.breakers()).toEqual(['open']);
});

it('one host behind several channels says nothing about others: its channels are to blame', async () => {
  const shared = ['dead.test', 'dead.test', 'dead.test'].map((host) => ({ host, over: { priority: 1 } }));
  const { gone, send, breakers } = await scene([...shared, ...hosts(2)], 1);
  gone.add('dead.test');
  expect(await send()).toBe(502);
  expect(breakers()).toEqual(['open', 'open', 'open', 'closed', 'closed']);
  expect(await send()).toBe(200);
});
