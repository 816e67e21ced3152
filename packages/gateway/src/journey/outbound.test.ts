// Promise: a channel's proxy carries all its connections, and every address that is connected to went through the look-up.
import { createServer, type Server } from 'node:http';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GatewayDeps } from '../ports.ts';
import type { Channel } from '../snapshot.ts';
import { call, channel, portOf, snapshot, startRelay, UPSTREAM_KEY } from './harness.ts';

let fake: FakeUpstream;
let proxy: Server;
let tunnels: { target: string; authorization: string | undefined; headers: string }[] = [];
const sockets = new Set<Socket>();

beforeAll(async () => {
  fake = await startFakeUpstream();
  proxy = createServer();
  proxy.on('connect', (req, client: Socket) => {
    const authorization = req.headers['proxy-authorization'];
    tunnels.push({ target: req.url ?? '', authorization, headers: JSON.stringify(req.rawHeaders) });
    const upstream = connect(fake.port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  proxy.close();
  await fake.close();
});

async function send(over: Partial<Channel>, deps: Partial<GatewayDeps> = {}) {
  tunnels = [];
  const one = channel({ id: 'a', baseUrl: fake.url, modelRenames: { m: 'fake-model' }, ...over });
  const relay = await startRelay(snapshot([one]), deps);
  const messages = [{ role: 'user', content: 'x' }];
  const body = { model: 'm', stream: true, messages };
  const got = await call({ port: relay.port, path: '/v1/chat/completions', body });
  await relay.close();
  return { got, record: relay.records[0] };
}

it('the proxy tunnels the request, and never sees its headers', async () => {
  const proxyUrl = `http://name:secret@127.0.0.1:${portOf(proxy.address())}`;
  const { got, record } = await send({ proxyUrl, baseUrl: 'http://upstream.invalid:8080' });
  expect(got.status).toBe(200);
  expect(got.text).toContain('[DONE]');
  expect(record?.outcome).toBe('ok');
  expect(tunnels).toHaveLength(1);
  expect(tunnels[0]?.target).toBe('upstream.invalid:8080');
  expect(tunnels[0]?.authorization).toBe(`Basic ${Buffer.from('name:secret').toString('base64')}`);
  expect(tunnels[0]?.headers).not.toContain(UPSTREAM_KEY);
  expect(fake.witness.last()?.headers.authorization).toBe(`Bearer ${UPSTREAM_KEY}`);
  expect(fake.witness.last()?.headers['proxy-authorization']).toBeUndefined();
});

it('a proxy that is gone, or no address at all, is a failure to connect', async () => {
  for (const proxyUrl of ['http://127.0.0.1:9', 'nonsense']) {
    const { got, record } = await send({ proxyUrl });
    expect(got.status).toBe(502);
    expect(record?.attempts[0]).toMatchObject({ outcome: 'failed', status: null });
  }
});

it('the look-up decides where a name leads', async () => {
  const names: string[] = [];
  const lookup: LookupFunction = (name, options, done) => {
    names.push(name);
    if (options.all) done(null, [{ address: '127.0.0.1', family: 4 }]);
    else done(null, '127.0.0.1', 4);
  };
  const { got } = await send({ baseUrl: `http://upstream.invalid:${fake.port}` }, { lookup });
  expect(got.status).toBe(200);
  expect(names).toEqual(['upstream.invalid']);
});

it('and what it refuses is not connected to', async () => {
  fake.reset();
  const lookup: LookupFunction = (name, _options, done) => done(new Error(`${name} is private`), '', 4);
  const { got, record } = await send({ baseUrl: `http://localhost:${fake.port}` }, { lookup });
  expect(got.status).toBe(502);
  expect(record?.outcome).toBe('upstream_error');
  expect(fake.witness.recent()).toHaveLength(0);
});
