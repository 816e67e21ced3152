// Promise: a cost is exact, rounded once, and derived from stored facts alone.
import { NO_USAGE } from '@api-proxy/protocols/usage';
import { describe, expect, it } from 'vitest';
import { PRICE, snapshot } from '../journey/harness.ts';
import { cost } from './cost.ts';
import { estimateInput, estimateUsage } from './estimate.ts';
import { resolvePrice } from './price.ts';

const usage = { ...NO_USAGE, input: 1_000, cacheRead: 2_000, cacheWrite5m: 300, cacheWrite1h: 40, output: 5 };

describe('cost', () => {
  it('of every class, worked out by hand', () => {
    // 1000×3000 + 2000×300 + 300×3750 + 40×6000 + 5×15000 nano-USD per token
    expect(cost(usage, PRICE, 1_000_000)).toBe(3_000_000n + 600_000n + 1_125_000n + 240_000n + 75_000n);
  });

  it('rounds half up once, after the multiplier', () => {
    const cheap = { ...PRICE, inputNanoPerMTok: 500_000n };
    expect(cost({ ...NO_USAGE, input: 1 }, cheap, 1_000_000)).toBe(1n);
    expect(cost({ ...NO_USAGE, input: 1 }, cheap, 999_999)).toBe(0n);
    expect(cost({ ...NO_USAGE, input: 3 }, cheap, 1_500_000)).toBe(2n);
  });

  it('takes the long-context rates once the input side exceeds the threshold', () => {
    const double = { ...PRICE, inputNanoPerMTok: 6_000_000_000n, thresholdTokens: 1_000 };
    const priced = { ...PRICE, longContext: double };
    expect(cost({ ...NO_USAGE, input: 1_000 }, priced, 1_000_000)).toBe(3_000_000n);
    expect(cost({ ...NO_USAGE, input: 1_000, cacheRead: 1 }, priced, 1_000_000)).toBe(6_000_300n);
  });
});

it('the newest version in force is the price; one of the channel wins', () => {
  const versions = [
    { ...PRICE, id: 'old', effectiveFromMs: 1 },
    { ...PRICE, id: 'now', effectiveFromMs: 10 },
    { ...PRICE, id: 'later', effectiveFromMs: 100 },
    { ...PRICE, id: 'own', channelId: 'chn_x', effectiveFromMs: 5 },
  ];
  const current = snapshot([], { prices: new Map([['m', versions]]) });
  const at = (channelId: string | null, nowMs: number) =>
    resolvePrice(current, { model: 'm', channelId, nowMs })?.id;
  expect([at(null, 0), at(null, 5), at(null, 50), at('chn_x', 50), at('chn_y', 200)]).toEqual([
    undefined,
    'old',
    'now',
    'own',
    'later',
  ]);
  expect(resolvePrice(current, { model: 'other', channelId: null, nowMs: 50 })).toBeNull();
});

it('of two versions for the same moment the one that was entered later is the price, in whatever order they lie', () => {
  const first = { ...PRICE, id: 'prc_1', effectiveFromMs: 10 };
  const corrected = { ...PRICE, id: 'prc_2', effectiveFromMs: 10 };
  for (const versions of [
    [first, corrected],
    [corrected, first],
  ]) {
    const current = snapshot([], { prices: new Map([['m', versions]]) });
    expect(resolvePrice(current, { model: 'm', channelId: null, nowMs: 50 })?.id).toBe('prc_2');
  }
});

it('an estimate keeps what was reported and says that it is one', () => {
  const delivered = { inputTokens: () => estimateInput(Buffer.alloc(400, 'x')), outputTokens: 10 };
  expect(estimateUsage(null, delivered)).toEqual({ ...NO_USAGE, input: 100, output: 10, estimated: true });
  expect(estimateUsage({ ...usage, output: 1 }, delivered)).toEqual({
    ...usage,
    output: 10,
    estimated: true,
  });
});

it('an image in a request that nobody counted is billed as an image, not as its bytes', () => {
  const data = 'A'.repeat(600_000);
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };
  const messages = [{ role: 'user', content: [image, { type: 'text', text: 'What is this?' }] }];
  const request = Buffer.from(JSON.stringify({ model: 'm', messages }));
  const input = estimateInput(request);
  expect(input).toBeLessThan(11_000);
  expect(input).toBeGreaterThan(0);
});
