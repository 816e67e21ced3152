// Promise: what is connected to is what was checked, over real sockets, for traffic and for tests of a channel.
import { createServer, type Server } from 'node:http';
import { createProber, type ProbeResult } from '@api-proxy/gateway/probe';
import { type Channel, DEFAULT_TIMEOUTS } from '@api-proxy/gateway/snapshot';
import { systemClock } from '@api-proxy/kit/clock';
import { silentLogger } from '@api-proxy/kit/logger';
import { Secret } from '@api-proxy/kit/secret';
import { checkOutboundUrl, type OutboundPolicy } from '@api-proxy/services/channel/outbound-address';
import { pinnedLookup } from '@api-proxy/services/channel/pinned-lookup';
import { type FakeUpstream, startFakeUpstream } from '@api-proxy/testing/fake-upstream';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { outboundPolicy } from './outbound-policy.ts';

let fake: FakeUpstream;
let proxy: Server;
let proxied = 0;

beforeAll(async () => {
  fake = await startFakeUpstream();
  proxy = createServer(() => undefined).on('connect', (_request, socket) => {
    proxied += 1;
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  fake.reset();
  proxied = 0;
});
afterAll(async () => {
  proxy.close();
  await fake.close();
});

/** Answers are given in turn; the last one stays. */
function policyOf(answers: readonly string[][], over: Partial<OutboundPolicy> = {}): OutboundPolicy {
  const left = [...answers];
  const resolve = async () => (left.length > 1 ? left.shift() : left[0]) ?? [];
  return { allowLoopback: false, allowList: [], resolve, ...over };
}

async function probe(baseUrl: string, policy: OutboundPolicy, over: Partial<Channel> = {}) {
  const channel: Channel = {
    ...{ id: 'chn_1', name: 'x', type: 'openai', baseUrl, models: ['*'], protocols: ['openai-chat'] },
    keys: [{ id: 'chk_1', secret: new Secret('sk-upstream'), enabled: true }],
    ...{ weight: 1, priority: 0, maxConcurrency: null, enabled: true, extraHeaders: {}, modelRenames: {} },
    ...DEFAULT_TIMEOUTS,
    ...over,
  };
  const prober = createProber(systemClock, pinnedLookup(policy));
  const result: ProbeResult = await prober.probe(channel, { model: 'fake-model' });
  await prober.close();
  return result;
}

it('a name that is public when it is checked and this machine when it is connected to is refused', async () => {
  const policy = policyOf([['93.184.216.34'], ['127.0.0.1']]);
  const baseUrl = `http://rebinding.example.com:${fake.port}`;
  expect(await checkOutboundUrl(baseUrl, policy)).toMatchObject({ ok: true });
  expect(await probe(baseUrl, policy)).toMatchObject({
    ok: false,
    status: null,
    reason: 'connect',
    message: 'rebinding.example.com is this machine (127.0.0.1)',
  });
  expect(fake.witness.recent()).toHaveLength(0);
});

it('one private address among several is enough to refuse, whichever comes first', async () => {
  for (const answer of [
    ['127.0.0.1', '10.0.0.1'],
    ['10.0.0.1', '127.0.0.1'],
  ]) {
    const policy = policyOf([answer], { allowLoopback: true });
    expect(await probe(`http://mixed.example.com:${fake.port}`, policy)).toMatchObject({ reason: 'connect' });
  }
  expect(fake.witness.recent()).toHaveLength(0);
});

it.each(['127.0.0.1', '[::ffff:127.0.0.1]', '[::1]', '2130706433', '0x7f.1', '0.0.0.0'])(
  'the literal address %s is judged at the connection too',
  async (host) => {
    const result = await probe(`http://${host}:${fake.port}`, policyOf([[]]));
    expect(result).toMatchObject({ ok: false, status: null, reason: 'connect' });
    expect(fake.witness.recent()).toHaveLength(0);
  },
);

it('what the mode or the list allows is connected to', async () => {
  const named = `http://upstream.example.com:${fake.port}`;
  for (const policy of [
    policyOf([['127.0.0.1']], { allowLoopback: true }),
    policyOf([['127.0.0.1']], { allowList: ['upstream.example.com'] }),
    policyOf([['127.0.0.1']], { allowList: ['127.0.0.0/8'] }),
  ])
    expect(await probe(named, policy)).toMatchObject({ ok: true });
  expect(await probe(fake.url, policyOf([[]], { allowLoopback: true }))).toMatchObject({ ok: true });
});

it('a proxy is judged like an upstream', async () => {
  const address = proxy.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const away = 'https://api.example.com';
  for (const host of ['127.0.0.1', 'proxy.example.com'])
    await probe(away, policyOf([['127.0.0.1']]), { proxyUrl: `http://${host}:${port}` });
  expect(proxied).toBe(0);
  await probe(away, policyOf([['127.0.0.1']], { allowLoopback: true }), {
    proxyUrl: `http://proxy.example.com:${port}`,
  });
  expect(proxied).toBe(1);
});

it('a redirect into the own network is not followed', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(302, { location: `${fake.url}/v1/chat/completions` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const result = await probe(`http://127.0.0.1:${port}`, policyOf([[]], { allowLoopback: true }));
  server.close();
  expect(result).toMatchObject({ ok: false, status: 302 });
  expect(fake.witness.recent()).toHaveLength(0);
});

it('this machine is allowed in embedded and in development mode only', () => {
  const allows = (embedded: boolean, production: boolean) =>
    outboundPolicy({ embedded, production, outboundAllow: [] }, silentLogger).allowLoopback;
  expect([allows(true, true), allows(false, false), allows(true, false)]).toEqual([true, true, true]);
  expect(allows(false, true)).toBe(false);
});
