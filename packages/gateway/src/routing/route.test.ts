// Promise: tiers before weights, weights as configured, weight 0 last, and no state excludes a channel for ever.
import { Secret } from '@api-proxy/kit/secret';
import { describe, expect, it } from 'vitest';
import { channel, model, snapshot } from '../journey/harness.ts';
import type { ChannelHealth } from '../ports.ts';
import type { Channel } from '../snapshot.ts';
import { findCandidates } from './candidates.ts';
import { Route } from './route.ts';
import { targetOf } from './target.ts';

const WELL: ChannelHealth = {
  coolingUntilMs: () => 0,
  breaker: () => 'closed',
  begin: () => ({ probe: null }),
  report: () => {},
  clear: () => {},
  whole: () => {},
  brokeOff: () => {},
};
const at = (id: string, over: Partial<Channel> = {}) => channel({ id, baseUrl: 'http://up', ...over });

function routeOf(channels: readonly Channel[], health = WELL): Route {
  const candidates = findCandidates(snapshot(channels), 'm', 'openai-chat');
  return new Route({ candidates, health, random: Math.random });
}

function order(route: Route): string[] {
  const ids: string[] = [];
  for (let next = route.next(0); next; next = route.next(0)) {
    ids.push(next.option.channel.id);
    route.markFailed(next.option.channel.id);
  }
  return ids;
}

it('10,000 draws match the weights within 2 %', () => {
  const channels = [
    at('a', { weight: 5 }),
    at('b', { weight: 3 }),
    at('c', { weight: 2 }),
    at('d', { weight: 0 }),
  ];
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 10_000; draw++) {
    const id = routeOf(channels).next(0)?.option.channel.id ?? '';
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  for (const [id, share] of [
    ['a', 0.5],
    ['b', 0.3],
    ['c', 0.2],
  ] as const) {
    expect(Math.abs((counts.get(id) ?? 0) / 10_000 - share)).toBeLessThan(0.02);
  }
  expect(counts.has('d')).toBe(false);
});

it('the share of a key that cools is shared by all others', () => {
  const keys = ['k1', 'k2', 'k3', 'k4'].map((id) => ({ id, secret: new Secret(id), enabled: true }));
  const health = { ...WELL, coolingUntilMs: (id: string) => (id === 'k1' ? 1 : 0) };
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 10_000; draw++) {
    const id = routeOf([at('a', { keys })], health).next(0)?.key.id ?? '';
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  for (const id of ['k2', 'k3', 'k4'])
    expect(Math.abs((counts.get(id) ?? 0) / 10_000 - 1 / 3)).toBeLessThan(0.02);
  expect(counts.has('k1')).toBe(false);
});

it('higher priority first, weight 0 after everything else', () => {
  const channels = [
    at('zero', { weight: 0, priority: 9 }),
    at('low', { priority: 1 }),
    at('high', { priority: 5 }),
  ];
  expect(order(routeOf(channels))).toEqual(['high', 'low', 'zero']);
});

it('no key twice; other channels before other keys of a failed channel', () => {
  const keys = ['k1', 'k2'].map((id) => ({ id, secret: new Secret(id), enabled: true }));
  const ids = order(routeOf([at('two', { keys }), at('one', { priority: -1 })]));
  expect(ids).toEqual(['two', 'one', 'two']);
});

it('a cooling key is passed over; when all cool the one due soonest is tried', () => {
  const cooling = (due: Record<string, number>): ChannelHealth => ({
    ...WELL,
    coolingUntilMs: (id) => due[id] ?? 0,
  });
  const channels = [at('a', { priority: 1 }), at('b')];
  expect(routeOf(channels, cooling({ a_key: 50 })).next(0)?.option.channel.id).toBe('b');
  expect(routeOf(channels, cooling({ a_key: 50, b_key: 40 })).next(0)?.option.channel.id).toBe('b');
  expect(routeOf(channels, cooling({ a_key: 50, b_key: 60 })).next(0)?.option.channel.id).toBe('a');
});

it('what somebody else probes is left out, and the next due is tried; with nothing else left, the request waits a second', () => {
  const due: Record<string, number> = { a_key: 40, b_key: 50 };
  const route = routeOf([at('a'), at('b')], { ...WELL, coolingUntilMs: (id) => due[id] ?? 0 });
  for (const id of ['a', 'b']) {
    const next = route.next(0);
    expect(next?.option.channel.id).toBe(id);
    if (next) route.leave(next);
  }
  expect(route.next(0)).toBeNull();
  expect(route.soonestDueMs(0)).toBe(1_000);
  route.forgetBusy();
  expect(route.next(0)?.option.channel.id).toBe('a');
});

describe('candidates', () => {
  it('each channel is kept or dropped with a reason', () => {
    const channels = [
      at('off', { enabled: false }),
      at('other', { models: ['x'] }),
      at('claude', { protocols: ['anthropic-messages'] }),
      at('keyless', { keys: [] }),
      at('bad', { baseUrl: 'nonsense' }),
      at('good', { models: ['m'] }),
    ];
    const { decision } = findCandidates(snapshot(channels), 'm', 'openai-chat');
    expect(decision.map(({ channelId, reason }) => `${channelId}: ${reason}`)).toEqual([
      'off: disabled',
      'other: model_not_accepted',
      'claude: protocol_not_spoken',
      'keyless: no_enabled_key',
      'bad: address_invalid',
      'good: candidate',
    ]);
  });

  it('a rename of the channel wins over the upstream name of the model', () => {
    const models = new Map([['m', model('m', { upstreamModel: 'general' })]]);
    const channels = [at('plain'), at('renaming', { modelRenames: { m: 'special' } })];
    const { options } = findCandidates(snapshot(channels, { models }), 'm', 'openai-chat');
    expect(options.map((option) => option.upstreamModel)).toEqual(['general', 'special']);
  });
});

it.each([
  ['http://h:1', 'http://h:1', '/v1'],
  ['https://h/', 'https://h', '/v1'],
  ['https://h/v1/', 'https://h', '/v1'],
  ['https://h/openai/v1', 'https://h', '/openai/v1'],
  ['https://h/proxy', 'https://h', '/proxy/v1'],
  ['https://h/api/paas/v4', 'https://h', '/api/paas/v4'],
])('%s means %s and %s', (baseUrl, origin, root) => {
  expect(targetOf({ baseUrl })).toEqual({ origin, root });
});
