// Promise: each header crosses the relay once or not at all, whoever else wrote one of its name.
import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { pushAnswerFacts, pushClientHeaders, upstreamHeaders } from './headers.ts';
import { channel, UPSTREAM_KEY } from './journey/harness.ts';
import type { Channel } from './snapshot.ts';

type Pair = readonly [name: string, value: string];

function pairs(flat: readonly string[]): Pair[] {
  return flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? ''] as const] : []));
}

function sent(from: IncomingHttpHeaders, over: Partial<Channel> = {}): Pair[] {
  const to = channel({ id: 'a', baseUrl: 'http://a.test', ...over });
  const [key] = to.keys;
  return key ? pairs(upstreamHeaders(from, to, key)) : [];
}

function shown(from: IncomingHttpHeaders, push = pushClientHeaders): Pair[] {
  const flat: string[] = [];
  push(flat, from);
  return pairs(flat);
}

const named = (all: readonly Pair[], name: string) =>
  all.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);

describe("a channel's extra header stands alone, however it is spelt", () => {
  const client = { 'content-type': 'application/json', 'anthropic-version': '2023-01-01', 'x-own': 'theirs' };
  it.each([
    ['Authorization', 'openai'],
    ['X-Api-Key', 'claude'],
    ['Anthropic-Version', 'claude'],
    ['Content-Type', 'openai'],
    ['X-Own', 'openai'],
    ['Host', 'openai'],
  ] as const)('%s', (name, type) => {
    for (const spelt of [name, name.toLowerCase()])
      for (const from of [client, {}]) {
        const got = sent(from, { type, extraHeaders: { [spelt]: 'ours' } });
        expect(named(got, name.toLowerCase())).toEqual(['ours']);
      }
  });

  it('two spellings of one name are one header', () => {
    expect(named(sent({}, { extraHeaders: { 'X-Own': 'a', 'x-own': 'b' } }), 'x-own')).toEqual(['b']);
  });

  it('the relay keeps what it does not name', () => {
    const got = sent({}, { type: 'claude', extraHeaders: { authorization: 'Bearer ours' } });
    expect(Object.fromEntries(got)).toEqual({
      'accept-encoding': 'identity',
      'x-api-key': UPSTREAM_KEY,
      'anthropic-version': '2023-06-01',
      'content-type': 'application/json',
      authorization: 'Bearer ours',
    });
  });
});

it.each([
  'content-length',
  'Transfer-Encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'http2-settings',
  'Proxy-Authorization',
  'proxy-anything',
])('a stored extra header that no request may carry is left out: %s', (name) => {
  expect(sent({}, { extraHeaders: { [name]: '7' } })).toEqual(sent({}));
});

it('what `connection` names stays behind, and the defaults take its place', () => {
  const from = {
    connection: 'Keep-Alive, X-Hop,anthropic-version',
    'x-hop': '1',
    'anthropic-version': 'theirs',
    'x-kept': '1',
  };
  const got = sent(from, { type: 'claude' });
  expect(named(got, 'x-hop')).toEqual([]);
  expect(named(got, 'x-kept')).toEqual(['1']);
  expect(named(got, 'anthropic-version')).toEqual(['2023-06-01']);
  const typed = sent({ connection: 'content-type', 'content-type': 'text/plain' });
  expect(named(typed, 'content-type')).toEqual(['application/json']);
});

it('what an upstream names in `connection` is not shown, in one line or in several', () => {
  const from: IncomingHttpHeaders = { 'x-hop': '1', 'x-ratelimit-hop': '1', 'x-kept': '1' };
  const several: unknown = ['close, X-Hop', 'x-ratelimit-hop'];
  for (const connection of ['close, X-Hop, x-ratelimit-hop', several]) {
    const answer = Object.assign({}, from, { connection });
    expect(shown(answer)).toEqual([['x-kept', '1']]);
    expect(shown(answer, pushAnswerFacts)).toEqual([]);
  }
});

it("of an upstream that is a relay itself, only its id is shown, under the name of an upstream's", () => {
  const from = {
    'x-request-id': 'req_theirs',
    'x-upstream-request-id': 'req_behind',
    'x-relay-overhead-ms': '1',
    'x-relay-ratelimit-remaining-requests': '1',
    'x-relay-anything': '1',
    'x-quota-remaining-usd': '1',
    'x-quota-window': 'key-day',
  };
  expect(shown(from)).toEqual([['x-upstream-request-id', 'req_theirs']]);
  expect(shown(from, pushAnswerFacts)).toEqual([['x-upstream-request-id', 'req_theirs']]);
});
