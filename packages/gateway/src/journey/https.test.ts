// Promise: an https upstream gets the same requests over HTTP/1.1 and HTTP/2, and shared connections part no stream from its own end.

import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { startTlsFront, type TlsFront, trustTlsFront } from '@api-proxy/testing/tls-front';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Channel } from '../snapshot.ts';
import { call, channel, KEY, portOf, snapshot, startRelay, type TestRelay, UPSTREAM_KEY } from './harness.ts';

let fake: FakeUpstream;
const closing: (() => unknown)[] = [];
const ways = [
  { way: 'HTTP/1.1', http2: false, version: '1.1' },
  { way: 'HTTP/2', http2: true, version: '2.0' },
];

beforeAll(async () => {
  trustTlsFront();
  fake = await startFakeUpstream({ deterministic: true });
});
beforeEach(() => fake.reset());
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await fake.close();
});

async function frontOf(http2 = true): Promise<TlsFront> {
  const front = await startTlsFront({ behind: fake.url, http2 });
  closing.push(() => front.close());
  return front;
}

async function relayTo(front: TlsFront, over: Partial<Channel> = {}): Promise<TestRelay> {
  const one = channel({ id: 'a', baseUrl: front.url, ...over });
  const relay = await startRelay(snapshot([one]));
  closing.push(() => relay.close());
  return relay;
}

const asked = (model: string, stream = true) => ({
  path: '/v1/chat/completions',
  body: { model, stream, messages: [{ role: 'user', content: 'What is the time?' }] },
});

it.each(ways)('over $way the bytes are those of the plain way', async ({ http2, version }) => {
  const front = await frontOf();
  const relay = await relayTo(front, { http2 });
  const plain = await relayTo(front, { baseUrl: fake.url });
  for (const stream of [true, false]) {
    const got = await call({ port: relay.port, ...asked('fake-gpt+events=20', stream) });
    const seen = fake.witness.last();
    const expected = await call({ port: plain.port, ...asked('fake-gpt+events=20', stream) });
    expect(got.status).toBe(200);
    expect(got.text).toBe(expected.text);
    expect(seen?.headers).toMatchObject({ authorization: `Bearer ${UPSTREAM_KEY}` });
    expect(seen?.headers['content-length']).toBe(fake.witness.last()?.headers['content-length']);
  }
  expect(relay.records.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  expect(relay.records.map(({ usage }) => usage)).toEqual(plain.records.map(({ usage }) => usage));
  expect(front.versions).toEqual([version, version]);
});

it('HTTP/2 is not offered unless the channel says so, and an upstream that lacks it answers over HTTP/1.1', async () => {
  const [both, old] = [await frontOf(), await frontOf(false)];
  const silent = await relayTo(both);
  const offering = await relayTo(old, { http2: true });
  for (const relay of [silent, offering]) {
    const got = await call({ port: relay.port, ...asked('fake-gpt') });
    expect(got.text).toContain('[DONE]');
  }
  const many = await Promise.all(
    Array.from({ length: 20 }, () => call({ port: offering.port, ...asked('fake-gpt+interval=5') })),
  );
  expect(many.every(({ text }) => text.endsWith('data: [DONE]\n\n'))).toBe(true);
  expect(new Set([...both.versions, ...old.versions])).toEqual(new Set(['1.1']));
});

it('200 streams at a time share a few connections, each with its own bytes', async () => {
  const front = await frontOf();
  const relay = await relayTo(front, { http2: true });
  const models = Array.from({ length: 200 }, (_, index) => `fake-gpt+events=${20 + index},interval=2`);
  const got = await Promise.all(models.map((model) => call({ port: relay.port, ...asked(model) })));
  expect(got.map(({ status, text }) => [status, text.match(/"content":"[^"]/g)?.length])).toEqual(
    models.map((_, index) => [200, 20 + index]),
  );
  expect(front.versions.every((version) => version === '2.0')).toBe(true);
  expect(front.connections()).toBeLessThanOrEqual(4);
});

it.each(ways)(
  'over $way the upstream sees within 250 ms that a client left, and no other stream does',
  async ({ http2 }) => {
    const front = await frontOf();
    const relay = await relayTo(front, { http2 });
    const staying = call({ port: relay.port, ...asked('fake-gpt+events=60,interval=10') });
    const leaving = await begun(relay.port, 'fake-gpt+events=1000,interval=10');
    const leftAtMs = performance.now();
    leaving.destroy();
    await vi.waitFor(() => expect(front.open()).toBe(1), { timeout: 2_000, interval: 5 });
    expect(performance.now() - leftAtMs).toBeLessThan(250);
    expect((await staying).text).toContain('[DONE]');
    expect(relay.records.map(({ outcome }) => outcome).sort()).toEqual(['client_closed', 'ok']);
  },
);

it('a client that does not read holds up no other stream of its HTTP/2 connection', async () => {
  const front = await frontOf();
  const relay = await relayTo(front, { http2: true });
  const slow = await begun(relay.port, 'fake-gpt+events=4000,size=8192');
  slow.pause();
  for (let index = 0; index < 5; index++) {
    const got = await call({ port: relay.port, ...asked('fake-gpt+events=200,size=8192') });
    expect(got.text.length).toBeGreaterThan(1_600_000);
    expect(got.text).toContain('[DONE]');
  }
  expect(front.connections()).toBe(1);
  slow.destroy();
  await vi.waitFor(() => expect(front.open()).toBe(0), 2_000);
});

it.each(ways)(
  'over $way a connection that is cut ends its streams with an error event, and the next request is served',
  async ({ http2 }) => {
    const front = await frontOf();
    const relay = await relayTo(front, { http2 });
    const streams = Array.from({ length: 5 }, () =>
      call({ port: relay.port, ...asked('fake-gpt+events=500,interval=10') }),
    );
    await vi.waitFor(() => expect(fake.witness.recent().length).toBe(5), 2_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    front.disconnect('abrupt');
    for (const got of await Promise.all(streams)) {
      expect(got.text).toContain('stream_truncated');
      expect(got.text).not.toContain('[DONE]');
    }
    expect(relay.records.map(({ outcome }) => outcome)).toEqual(Array(5).fill('upstream_truncated'));
    expect((await call({ port: relay.port, ...asked('fake-gpt') })).text).toContain('[DONE]');
  },
);

it('an HTTP/2 server that says goodbye lets its streams end; new requests go to a new connection', async () => {
  const front = await frontOf();
  const relay = await relayTo(front, { http2: true });
  const before = call({ port: relay.port, ...asked('fake-gpt+events=40,interval=10') });
  await vi.waitFor(() => expect(front.open()).toBe(1), 2_000);
  front.disconnect('in order');
  const after = await Promise.all([1, 2, 3].map(() => call({ port: relay.port, ...asked('fake-gpt') })));
  for (const got of [await before, ...after]) expect(got.text).toContain('[DONE]');
  expect(front.connections()).toBeGreaterThan(1);
});

it.each(ways)(
  'over $way a connection that dies in silence fails what is on it; what comes next is served on a fresh one',
  async ({ http2 }) => {
    const front = await frontOf();
    const hole = await startHole(front.port);
    const baseUrl = `https://localhost:${hole.port}`;
    const relay = await relayTo(front, { http2, baseUrl, firstByteTimeoutMs: 400 });
    expect((await call({ port: relay.port, ...asked('fake-gpt') })).status).toBe(200);
    hole.swallow();
    expect((await call({ port: relay.port, ...asked('fake-gpt') })).status).toBe(504);
    const after = await Promise.all([1, 2, 3].map(() => call({ port: relay.port, ...asked('fake-gpt') })));
    expect(after.map(({ status }) => status)).toEqual([200, 200, 200]);
    await vi.waitFor(() => expect(hole.swallowed()).toBe(0), 2_000);
  },
);

it('a slow answer over HTTP/2 leaves the streams beside it alone', async () => {
  const front = await frontOf();
  const relay = await relayTo(front, { http2: true, firstByteTimeoutMs: 300 });
  const staying = call({ port: relay.port, ...asked('fake-gpt+events=80,interval=10') });
  await vi.waitFor(() => expect(front.open()).toBe(1), 2_000);
  expect((await call({ port: relay.port, ...asked('fake-gpt+stall-head') })).status).toBe(504);
  expect((await staying).text).toContain('[DONE]');
});

it.each(ways)('over $way a request above the number of connections is refused at once', async ({ http2 }) => {
  const front = await frontOf();
  const one = channel({ id: 'a', baseUrl: front.url, http2 });
  const relay = await startRelay(snapshot([one]), { connectionsPerOrigin: 1 });
  closing.push(() => relay.close());
  const long = await begun(relay.port, 'fake-gpt+events=500,interval=10');
  const got = await call({ port: relay.port, ...asked('fake-gpt') });
  expect(got.status).toBe(503);
  expect(got.headers['retry-after']).toBeDefined();
  expect(relay.records).toMatchObject([{ errorCode: 'pool_full', attempts: [{ reason: 'pool_full' }] }]);
  long.destroy();
  await vi.waitFor(() => expect(front.open()).toBe(0), 2_000);
  expect((await call({ port: relay.port, ...asked('fake-gpt') })).status).toBe(200);
});

it.each(ways)(
  'over $way a certificate for another name is a failure to connect, and nothing is sent',
  async ({ http2 }) => {
    const front = await frontOf();
    const relay = await relayTo(front, { http2, baseUrl: `https://127.0.0.2:${front.port}` });
    const got = await call({ port: relay.port, ...asked('fake-gpt') });
    expect(got.status).toBe(502);
    expect(front.versions).toEqual([]);
  },
);

it.each(ways)(
  'over $way the way through a proxy ends at the upstream, not at the proxy',
  async ({ http2, version }) => {
    const front = await frontOf();
    const sockets = new Set<Socket>();
    const proxy = createServer();
    const targets: string[] = [];
    proxy.on('connect', (req, client: Socket) => {
      targets.push(req.url ?? '');
      const upstream = connect(front.port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}));
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    });
    const proxyUrl = `http://127.0.0.1:${portOf(proxy.address())}`;
    const relay = await relayTo(front, { http2, proxyUrl, baseUrl: 'https://upstream.test' });
    const got = await call({ port: relay.port, ...asked('fake-gpt+events=20') });
    expect(got.text).toContain('[DONE]');
    expect(targets).toEqual(['upstream.test:443']);
    expect(front.versions).toEqual([version]);
  },
);

/** A way to a port that can lose its connections without telling either side. */
async function startHole(to: number): Promise<{ port: number; swallow(): void; swallowed(): number }> {
  const ways = new Set<{ near: Socket; far: Socket }>();
  const lost = new Set<Socket>();
  const server = createTcpServer((near) => {
    const way = { near, far: connect(to, '127.0.0.1') };
    ways.add(way);
    way.near.pipe(way.far).pipe(way.near);
    for (const socket of [way.near, way.far]) socket.on('error', () => {});
    near.once('close', () => lost.delete(near));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const { near, far } of ways) for (const socket of [near, far]) socket.destroy();
    server.close();
  });
  return {
    port: portOf(server.address()),
    swallow: () => {
      for (const { near, far } of ways) {
        lost.add(near);
        near.unpipe().resume();
        far.unpipe().resume();
      }
    },
    swallowed: () => lost.size,
  };
}

/** A stream whose first bytes have come. */
function begun(port: number, model: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { path, body } = asked(model);
    const text = JSON.stringify(body);
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer ${KEY}\r\n` +
          `content-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
      );
    });
    socket.once('data', () => resolve(socket));
    socket.once('error', reject);
  });
}
