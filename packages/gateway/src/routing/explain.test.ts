// Promise: an explanation names what the router would do: reasons, tiers, shares and the state of keys.
import { expect, it } from 'vitest';
import { channel, snapshot } from '../journey/harness.ts';
import { explain } from './explain.ts';
import { MemoryChannelHealth } from './health.ts';
import { MemoryChannelSlots } from './slots.ts';

it('every channel with its reason, tier and share', () => {
  const at = (id: string, over: object = {}) => channel({ id, baseUrl: 'http://up', ...over });
  const channels = [
    at('off', { enabled: false }),
    at('three', { weight: 3, priority: 5, modelRenames: { m: 'upstream-m' } }),
    at('one', { weight: 1, priority: 5 }),
    at('cooling', { weight: 4, priority: 5 }),
    at('busy', { priority: 1, maxConcurrency: 1 }),
    at('last', { weight: 0, priority: 9 }),
  ];
  const health = new MemoryChannelHealth(() => ({ minMs: 1_000, maxMs: 60_000, failuresToOpen: 1 }));
  const slots = new MemoryChannelSlots();
  slots.tryTake('busy', 1);
  const failure = {
    channelId: 'cooling',
    channelKeyId: 'cooling_key',
    upstreamModel: 'm',
    retryAfterMs: 9_000,
    beganMs: 0,
    probe: null,
  };
  health.report({ ...failure, lesson: 'failure', nowMs: 0 });
  const question = {
    snapshot: snapshot(channels),
    model: 'm',
    protocol: 'openai-chat',
    health,
    slots,
  } as const;
  const explained = explain({ ...question, nowMs: 1_000 });
  const rows = explained.map((one) => [one.channelId, one.kept, one.reason, one.tier, one.share]);
  expect(rows).toEqual([
    ['off', false, 'disabled', null, 0],
    ['three', true, 'candidate', 0, 0.75],
    ['one', true, 'candidate', 0, 0.25],
    ['cooling', false, 'cooling', 0, 0],
    ['busy', false, 'busy', 1, 0],
    ['last', true, 'candidate', 2, 1],
  ]);
  expect(explained[1]?.upstreamModel).toBe('upstream-m');
  expect(explained[3]?.keys).toEqual([
    { channelKeyId: 'cooling_key', breaker: 'open', coolingUntilMs: 9_000 },
  ]);
  expect(explain({ ...question, nowMs: 9_000 })[3]).toMatchObject({ kept: true, share: 0.5 });
});
