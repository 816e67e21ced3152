// Promise: what is held covers what a call can cost within its own limits, at the prices in force and at no others.
import { endpointAt } from '@api-proxy/protocols/registry';
import { NO_USAGE } from '@api-proxy/protocols/usage';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caller, channel, model, PRICE, snapshot } from '../journey/harness.ts';
import { cost } from '../metering/cost.ts';
import { resolvePrice } from '../metering/price.ts';
import { CandidateIndex } from '../routing/candidates.ts';
import type { Price, Snapshot } from '../snapshot.ts';
import { type BoundInput, upperBound } from './hold.ts';

const NOW_MS = 1_000;
const CHANNELS = ['chn_a', 'chn_b'].map((id) => channel({ id, baseUrl: 'http://127.0.0.1:9' }));
const text = (bytes: number): Buffer => Buffer.alloc(bytes, 0x78);

type Scene = {
  readonly prices?: readonly Price[];
  readonly call?: Partial<BoundInput['call']>;
  readonly over?: Partial<Snapshot>;
  readonly multiplierPpm?: number;
  readonly path?: string;
};

function boundOf({
  prices = [PRICE],
  call,
  over,
  multiplierPpm = 1_000_000,
  path = '/chat/completions',
}: Scene): bigint {
  const current = snapshot(CHANNELS, { prices: new Map([['m', prices]]), ...over });
  const endpoint = endpointAt(path);
  if (!endpoint) throw new Error(`no endpoint at ${path}`);
  const exchange = { snapshot: current, startedAtMs: NOW_MS, endpoint };
  const asked = { model: 'm', body: text(300), maxOutputTokens: 1_000, ...call };
  const input = { exchange, caller: caller({ user: { multiplierPpm } }), call: asked };
  return upperBound(input, { candidates: new CandidateIndex() });
}

/** Nano-USD of so many tokens at PRICE, the dearest class of input. */
const worth = (input: number, output: number): bigint => BigInt(input) * 6_000n + BigInt(output) * 15_000n;

describe('what is held', () => {
  it('is the body as its densest text plus the largest answer, with the multiplier, rounded up', () => {
    expect(boundOf({})).toBe(worth(100, 1_000));
    expect(boundOf({ multiplierPpm: 1_500_001 })).toBe((worth(100, 1_000) * 1_500_001n) / 1_000_000n + 1n);
    expect(boundOf({ prices: [] })).toBe(0n);
  });

  it('counts an answer as often as it is asked for', () => {
    expect(boundOf({ call: { maxOutputTokens: 4_096, choices: 128 } })).toBe(worth(100, 4_096 * 128));
  });

  it('without a limit of the request is the one of the model, else of the settings', () => {
    const models = new Map([['m', model('m', { maxOutputTokens: 64_000 })]]);
    expect(boundOf({ call: { maxOutputTokens: null }, over: { models } })).toBe(worth(100, 64_000));
    expect(boundOf({ call: { maxOutputTokens: null } })).toBe(worth(100, 4_096));
  });

  it('of a request that no one can pay is exact, not an error', () => {
    const call = { maxOutputTokens: Number.MAX_SAFE_INTEGER, choices: Number.MAX_SAFE_INTEGER };
    expect(boundOf({ call })).toBe(600_000n + BigInt(Number.MAX_SAFE_INTEGER) ** 2n * 15_000n);
  });

  it('is never more input than the model can read, and of embeddings as much as was sent', () => {
    const models = new Map([['m', model('m', { contextLength: 100_000 })]]);
    const call = { body: text(3_000_000), maxOutputTokens: 0 };
    expect(boundOf({ call, over: { models } })).toBe(worth(100_000, 0));
    expect(boundOf({ call })).toBe(worth(1_000_000, 0));
    expect(boundOf({ call: { ...call, body: text(9_000_000) } })).toBe(worth(2_000_000, 0));
    expect(boundOf({ call, over: { models }, path: '/embeddings' })).toBe(worth(1_000_000, 0));
  });

  it.each([200_000, 272_000])('takes the tier above %i tokens when the body may be longer', (threshold) => {
    const tier = { ...PRICE, thresholdTokens: threshold, outputNanoPerMTok: 30_000_000_000n };
    const prices = [{ ...PRICE, longContext: tier }];
    const held = (tokens: number, contextLength: number | null = null) =>
      boundOf({
        prices,
        call: { body: text(tokens * 3), maxOutputTokens: 10 },
        over: { models: new Map([['m', model('m', { contextLength })]]) },
      });
    expect(held(threshold)).toBe(worth(threshold, 10));
    expect(held(threshold + 1)).toBe(worth(threshold + 1, 20));
    // Where the tier begins behind what is said to be the window, the window is not to be believed.
    expect(held(threshold + 1, threshold)).toBe(worth(threshold + 1, 20));
  });

  it('goes by the price in force: neither a replaced nor a future one, nor one of a channel that can not serve', () => {
    const dear = { ...PRICE, inputNanoPerMTok: 10n ** 15n, outputNanoPerMTok: 10n ** 15n };
    const prices: Price[] = [
      { ...dear, id: 'mistyped', effectiveFromMs: 10 },
      { ...PRICE, id: 'corrected', effectiveFromMs: 20 },
      { ...dear, id: 'to come', effectiveFromMs: NOW_MS + 1 },
      { ...dear, id: 'elsewhere', channelId: 'chn_gone', effectiveFromMs: 5 },
      { ...dear, id: 'replaced there', channelId: 'chn_a', effectiveFromMs: 5 },
      { ...PRICE, id: 'there', channelId: 'chn_a', effectiveFromMs: 6 },
    ];
    expect(boundOf({ prices })).toBe(worth(100, 1_000));
    const own = { ...PRICE, id: 'own', channelId: 'chn_b', outputNanoPerMTok: 45_000_000_000n };
    expect(boundOf({ prices: [...prices, own] })).toBe(worth(100, 3_000));
  });
});

describe('images', () => {
  const data = 'iVBOR'.repeat(400_000);
  const held = (content: string) => boundOf({ call: { body: Buffer.from(content), maxOutputTokens: 0 } });

  it.each([
    ['as a data URL', `{"url":"data:image/png;base64,${data}"}`],
    ['as a source', `{"type": "base64", "media_type": "image/webp", "data": "${data}"}`],
    ['as a source, data first', `{"type":"base64","data":"${data}","media_type":"image/jpeg"}`],
  ])('count by their number %s', (_name, image) => {
    const around = image.length - data.length;
    expect(held(image.repeat(3))).toBe(worth(around + 30_000, 0));
  });

  it.each([
    ['a document', `{"type":"base64","media_type":"application/pdf","data":"${data}"}`],
    ['a text that is one', `{"text":"${data}"}`],
    ['a string without an end', `{"url":"data:image/png;base64,${data}`],
  ])('are none: %s', (_name, content) => {
    expect(held(content)).toBe(worth(Math.ceil(content.length / 3), 0));
  });

  it('small ones count no more than as text', () => {
    const image = `{"url":"data:image/gif;base64,${'A'.repeat(297)}"}`;
    const body = image.repeat(60);
    expect(held(body)).toBeLessThanOrEqual(worth(Math.ceil(body.length / 3) + 1, 0));
  });
});

it('whatever a request costs within its limits, that much was held', () => {
  const rate = fc.bigInt({ min: 0n, max: 100_000_000_000n });
  const rates = fc.record({
    ...{ inputNanoPerMTok: rate, outputNanoPerMTok: rate, cacheReadNanoPerMTok: rate },
    ...{ cacheWrite5mNanoPerMTok: rate, cacheWrite1hNanoPerMTok: rate },
  });
  const tier = fc
    .tuple(rates, fc.nat(3_000))
    .map(([long, thresholdTokens]) => ({ ...long, thresholdTokens }));
  const price = fc
    .record({
      base: rates,
      id: fc.uuid(),
      channelId: fc.constantFrom(null, 'chn_a', 'chn_b', 'chn_gone'),
      longContext: fc.option(tier),
      effectiveFromMs: fc.integer({ min: 0, max: 2 * NOW_MS }),
    })
    .map(({ base, ...rest }): Price => ({ ...base, ...rest }));
  const call = fc.record({
    bytes: fc.nat(20_000),
    maxOutputTokens: fc.nat(100_000),
    choices: fc.integer({ min: 1, max: 128 }),
    multiplierPpm: fc.nat(3_000_000),
    channelId: fc.constantFrom('chn_a', 'chn_b'),
    /** Shares of the input classes, and of the answer that was allowed. */
    parts: fc.tuple(fc.nat(100), fc.nat(100), fc.nat(100), fc.nat(100)),
    answered: fc.integer({ min: 0, max: 100 }),
  });
  fc.assert(
    fc.property(fc.array(price, { minLength: 1, maxLength: 8 }), call, (prices, asked) => {
      const { bytes, maxOutputTokens, choices, multiplierPpm, channelId, parts, answered } = asked;
      const most = Math.floor(bytes / 3);
      const sum = Math.max(1, parts[0] + parts[1] + parts[2] + parts[3]);
      const share = (part: number): number => Math.floor((most * part) / sum);
      const output = Math.floor((maxOutputTokens * choices * answered) / 100);
      const usage = {
        ...NO_USAGE,
        ...{ input: share(parts[0]), cacheRead: share(parts[1]), output },
        ...{ cacheWrite5m: share(parts[2]), cacheWrite1h: share(parts[3]) },
      };
      const current = snapshot(CHANNELS, { prices: new Map([['m', prices]]) });
      const paid = resolvePrice(current, { model: 'm', channelId, nowMs: NOW_MS });
      const body = text(bytes);
      const held = boundOf({ prices, multiplierPpm, call: { body, maxOutputTokens, choices } });
      expect(held).toBeGreaterThanOrEqual(paid ? cost(usage, paid, multiplierPpm) : 0n);
    }),
  );
});
